using AuditWatch.Events;
using Dapper;

namespace AuditWatch.Storage.State;

public sealed partial class StateStore
{
    /// <summary>Notes Falco alerts. Noting one again changes nothing.</summary>
    public Task AddFalcoNotesAsync(IReadOnlyList<FalcoNote> notes, CancellationToken stop) => WriteAsync(transaction =>
        transaction.Connection!.ExecuteAsync(Sql(
            """
            insert into falco_note (segment, frame, record, cluster, time_us, namespace, pod, container, rule, priority, sentence)
            values (@Segment, @Frame, @Index, @cluster, @TimeMicros, @ns, @pod, @container, @rule, @priority, @sentence)
            on conflict do nothing
            """, notes.Select(note => new
            {
                note.Position.Segment,
                note.Position.Frame,
                note.Position.Index,
                cluster = StoredText.Keep(note.Cluster),
                note.TimeMicros,
                ns = StoredText.Keep(note.Namespace),
                pod = StoredText.Keep(note.Pod),
                container = StoredText.Keep(note.Container),
                rule = StoredText.Keep(note.Rule),
                priority = StoredText.Keep(note.Priority),
                sentence = StoredText.Keep(note.Sentence),
            }), transaction, stop)), stop);

    /// <summary>Falco alerts, newest first.</summary>
    public async Task<IReadOnlyList<FalcoNote>> ListFalcoNotesAsync(FalcoQuery query, CancellationToken stop) =>
        (await ReadAsync(connection => connection.QueryAsync<FalcoRow>(Sql(
            $"""
            select segment, frame, record, cluster, time_us, namespace, pod, container, rule, priority, sentence from falco_note
            where (@cluster is null or cluster = @cluster) and (@ns is null or namespace = @ns) and (@pod is null or pod = @pod) and (@container is null or container = @container)
              and time_us >= @since and time_us < @until{(query.Clusters is null ? "" : " and cluster in @clusters")}
            order by time_us desc, segment desc, frame desc, record desc limit @limit
            """, new
            {
                cluster = StoredText.Keep(query.Cluster),
                clusters = query.Clusters?.Select(c => StoredText.Keep(c)).ToList(),
                ns = StoredText.Keep(query.Namespace),
                pod = StoredText.Keep(query.Pod),
                container = StoredText.Keep(query.Container),
                since = query.SinceMicros ?? long.MinValue,
                until = query.UntilMicros ?? long.MaxValue,
                limit = query.Limit > 0 ? query.Limit : int.MaxValue,
            }, null, stop)), stop).ConfigureAwait(false)).Select(row => row.Back()).ToList();

    sealed record FalcoRow(
        long Segment, long Frame, long Record, string Cluster, long Time_Us, string? Namespace, string? Pod, string? Container, string Rule, string? Priority, string Sentence)
    {
        public FalcoNote Back() => new(
            new EventPosition((int)Segment, (int)Frame, (int)Record), StoredText.Back(Cluster)!, Time_Us, StoredText.Back(Namespace), StoredText.Back(Pod), StoredText.Back(Container),
            StoredText.Back(Rule)!, StoredText.Back(Priority), StoredText.Back(Sentence)!);
    }
}
