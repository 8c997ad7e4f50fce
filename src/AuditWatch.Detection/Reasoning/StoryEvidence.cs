using AuditWatch.Detection.EventLayer;

namespace AuditWatch.Detection.Reasoning;

/// <summary>The members of one story, first to last.</summary>
/// <param name="Story">The story.</param>
/// <param name="Entity">The entity it is about.</param>
/// <param name="Members">One sighting per step.</param>
public sealed record StoryEvidence(Story Story, string Entity, IReadOnlyList<Sighting> Members)
{
    /// <summary>The sighting that ended it.</summary>
    public Sighting End => Members[^1];

    /// <summary>The sighting that makes it one story.</summary>
    public Sighting Anchor => Members[Story.AnchorIndex];
}
