using AuditWatch.Detection.Coverage;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Rules;

namespace AuditWatch.Server.Queries;

// Which techniques the running rules speak of, and where they could not say.
public sealed partial class LocalQueries
{
    /// <summary>The rules that run; null on a data folder whose server is not running.</summary>
    internal Func<RuleSnapshot>? Snapshot { get; init; }

    Task<RowPage> CoverageAsync(Filters asked)
    {
        var cluster = ClusterOf(asked);
        var tactic = asked.Text("tactic");
        asked.Done();
        if (Snapshot is null || _rules is null) throw new QueryFault("Coverage is told by the running server: use --server URL, or 'auditwatch rules coverage'.");
        var figures = _rules.Read().Where(r => Scope.Sees(r.Cluster) && (cluster is null || r.Cluster == cluster)).ToLookup(r => r.RuleName, StringComparer.Ordinal);
        return Task.FromResult(new RowPage(
            [.. AttackCoverage.Of(Snapshot()).Techniques.Where(t => tactic is null || t.Tactic == tactic).Select(t => Row(t, [.. t.Alerting.Concat(t.Building).SelectMany(name => figures[name])]))], null));
    }

    static ReadOnlyMemory<byte> Row(TechniqueCoverage technique, List<RuleFigures> figures) => Rows.Write(json =>
    {
        json.WriteString("tactic", technique.Tactic);
        json.WriteString("technique", technique.Technique);
        Texts(json, "alerting", technique.Alerting);
        Texts(json, "building", technique.Building);
        json.WriteNumber("matches", figures.Sum(f => f.Matches));
        json.WriteStartObject("unknown");
        foreach (var reason in figures.SelectMany(f => f.Unknown).GroupBy(u => u.Key, u => u.Value).OrderBy(g => g.Key, StringComparer.Ordinal)) json.WriteNumber(reason.Key, reason.Sum());
        json.WriteEndObject();
    });
}
