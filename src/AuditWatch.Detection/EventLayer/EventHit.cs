namespace AuditWatch.Detection.EventLayer;

/// <summary>An event that the reasoning layer must see: rules held on it, or it issued a credential.</summary>
/// <param name="Act">Index of the event's <see cref="EventLayer.Act"/> in its batch.</param>
/// <param name="Facts">The event.</param>
/// <param name="Sightings">Rules that held, by rule id.</param>
sealed record EventHit(int Act, EventFacts Facts, IReadOnlyList<Sighting> Sightings);
