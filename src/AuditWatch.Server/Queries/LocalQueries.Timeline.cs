using System.Globalization;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Investigation;

namespace AuditWatch.Server.Queries;

public sealed partial class LocalQueries
{
    static readonly (string Filter, TimelineEntity Entity)[] Entities =
        [("user", TimelineEntity.User), ("pod", TimelineEntity.Pod), ("ip", TimelineEntity.Ip), ("credential", TimelineEntity.Credential),
         ("namespace", TimelineEntity.Namespace), ("container", TimelineEntity.Container)];

    async Task<RowPage> TimelineAsync(Filters asked, CancellationToken stop)
    {
        var named = Entities.Select(e => (e.Entity, Value: asked.Text(e.Filter))).Where(e => e.Value is not null).ToList();
        if (named.Count != 1) throw new QueryFault("Name exactly one of user, pod, ip, credential, namespace, container.");
        var question = new TimelineQuestion(named[0].Entity, named[0].Value!)
        {
            Cluster = ClusterOf(asked),
            Clusters = Scope.Names,
            AroundMicros = asked.Time("around"),
            Window = asked.Duration("window", TimeSpan.FromMinutes(15)),
            Limit = asked.Limit,
            Cursor = asked.Cursor,
        };
        asked.Done();
        try
        {
            var answer = await new Timeline(Index, _state).TellAsync(question, stop);
            return new RowPage([.. answer.Entries.Select(entry => Rows.Write(entry.Write))], answer.Next);
        }
        catch (FormatException fault)
        {
            throw new QueryFault(fault.Message);
        }
    }

    Task<RowPage> RulesAsync(Filters asked)
    {
        var cluster = ClusterOf(asked);
        asked.Done();
        if (_rules is null) throw new QueryFault("Rules are counted by the running server: use --server URL.");
        return Task.FromResult(new RowPage([.. _rules.Read().Where(r => Scope.Sees(r.Cluster)).Where(r => cluster is null || r.Cluster == cluster).Select(Figures)], null));
    }

    static ReadOnlyMemory<byte> Figures(RuleFigures figures) => Rows.Write(json =>
    {
        json.WriteString("rule", figures.RuleId);
        json.WriteString("name", figures.RuleName);
        json.WriteString("cluster", figures.Cluster);
        json.WriteNumber("matches", figures.Matches);
        json.WriteStartObject("unknown");
        foreach (var (reason, count) in figures.Unknown) json.WriteNumber(reason, count);
        json.WriteEndObject();
        json.WriteString("last_match", figures.LastMatchMicros == 0 ? null : Rfc3339.Of(figures.LastMatchMicros));
        json.WriteNumber("mean_ns", Math.Round(figures.MeanNanoseconds));
    });
}
