using System.Text.Json.Nodes;
using AuditWatch.Events.Model;

namespace AuditWatch.Detection.Testing;

/// <summary>One case of a test file, as written.</summary>
sealed record RuleTestCase(
    string File, int Line, string Rule, string It, string From, JsonObject With, ClusterFacts Cluster, IReadOnlyDictionary<string, IReadOnlyList<string>> Matrix, string Expect,
    IReadOnlyList<CaseChange> Changes);
