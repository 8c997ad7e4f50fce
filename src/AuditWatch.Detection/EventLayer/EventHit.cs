using AuditWatch.Detection.Knowledge;

namespace AuditWatch.Detection.EventLayer;

/// <summary>An event that the reasoning layer must see: rules held on it, it issued a credential, or it tells of an object.</summary>
/// <param name="Act">Index of the event's <see cref="EventLayer.Act"/> in its batch.</param>
/// <param name="Facts">The event.</param>
/// <param name="Sightings">Rules that held, by rule id.</param>
/// <param name="Note">What the event says of an object that later questions are about.</param>
sealed record EventHit(int Act, EventFacts Facts, IReadOnlyList<Sighting> Sightings, ObjectNote? Note = null)
{
    /// <summary>Steps of chains that could not say whether they hold.</summary>
    public IReadOnlyList<Sighting> Blinds { get; init; } = [];
}
