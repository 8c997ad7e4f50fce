using System.Text.Json.Nodes;

namespace AuditWatch.Detection.Testing;

/// <summary>One change of a case's event, for a run of its own.</summary>
/// <param name="Kind">What the run is told apart by: <c>but</c>, or the path whose values are gone through.</param>
/// <param name="Label">Which: the name of a change of <c>traces/changes.yml</c>, or what is changed as written.</param>
/// <param name="With">The values by path; null for a change that has a name.</param>
sealed record CaseChange(string Kind, string Label, JsonObject? With);
