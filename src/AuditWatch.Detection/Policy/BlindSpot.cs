namespace AuditWatch.Detection.Policy;

/// <summary>Requests that a rule could hold on, and of which a policy does not record enough.</summary>
/// <param name="Line">Line of the policy's rule that decided; 0 when none matched.</param>
/// <param name="Recorded">None, Metadata, Request or RequestResponse.</param>
/// <param name="Needed">The level from which on nothing is missing.</param>
/// <param name="OmittedStage">The stage that would have shown it and is left out; null when the level is the matter.</param>
/// <param name="Verbs">Which verbs.</param>
/// <param name="Resources">Which resources, subresources after a slash, the group after a dot; paths for what is about no resource.</param>
/// <param name="Callers">Whose requests; empty when anybody's.</param>
/// <param name="IsPartial">Whether the rule can still hold on some of them.</param>
/// <param name="IsInverted">Whether an engine that takes the missing for absent fires on them.</param>
public sealed record BlindSpot(
    int Line, string Recorded, string Needed, string? OmittedStage, IReadOnlyList<string> Verbs, IReadOnlyList<string> Resources, IReadOnlyList<string> Callers, bool IsPartial, bool IsInverted);
