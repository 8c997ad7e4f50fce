using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.Reasoning;

/// <summary>What a story says of an end: its evidence; or why it cannot say; or, with neither, no.</summary>
readonly record struct StoryVerdict(StoryEvidence? Evidence, UnknownReason Why);
