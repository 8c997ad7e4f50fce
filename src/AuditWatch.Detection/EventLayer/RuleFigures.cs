namespace AuditWatch.Detection.EventLayer;

/// <summary>What one rule did on one cluster.</summary>
/// <param name="RuleId">The rule's id.</param>
/// <param name="RuleName">Its name.</param>
/// <param name="Cluster">The cluster.</param>
/// <param name="Matches">Events it was true on.</param>
/// <param name="Unknown">Events it could not answer, by reason (an event can count under several).</param>
/// <param name="LastMatchMicros">Event time of the newest match; 0 when there is none.</param>
/// <param name="MeanNanoseconds">Mean cost of an evaluation, from samples; 0 when none was taken.</param>
public sealed record RuleFigures(
    string RuleId, string RuleName, string Cluster, long Matches, IReadOnlyDictionary<string, long> Unknown, long LastMatchMicros, double MeanNanoseconds);
