namespace AuditWatch.Detection.EventLayer;

/// <summary>An event that the reasoning layer must see: rules held on it, it issued a credential, or a credential was used from an address not seen before.</summary>
/// <param name="Act">Index of the event's <see cref="EventLayer.Act"/> in its batch.</param>
/// <param name="Facts">The event.</param>
/// <param name="Sightings">Rules that held, by rule id.</param>
/// <param name="UsesCredential">Whether this worker had not seen the credential at this address, or not this early.</param>
sealed record EventHit(int Act, EventFacts Facts, IReadOnlyList<Sighting> Sightings, bool UsesCredential);
