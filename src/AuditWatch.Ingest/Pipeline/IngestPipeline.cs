using AuditWatch.Events.Redaction;
using AuditWatch.Ingest.Journal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AuditWatch.Ingest.Pipeline;

/// <summary>
/// The one road for every source: unwrap, redact, drop repeats, append, and only when all of it is durable, answer. What cannot be taken as an event is kept in
/// quarantine and costs nothing else; what the journal cannot take is an exception, and the source sends it again.
/// </summary>
public sealed partial class IngestPipeline(IJournal journal, Redactor redactor, TimeProvider time, IngestOptions options, IdleMarks? idle = null, ILogger<IngestPipeline>? log = null)
{
    readonly ILogger _log = log ?? NullLogger<IngestPipeline>.Instance;

    /// <summary>What has come in since the start.</summary>
    public IngestCounters Counters { get; } = new();

    RepeatCounts Repeats { get; } = new();

    /// <summary>Events that came again since this was last asked, by who sent them.</summary>
    public IReadOnlyDictionary<(string Cluster, string Source, string ApiServer), long> TakeRepeats() => Repeats.Take();

    internal IJournal Journal => journal;

    internal Redactor Redactor => redactor;

    internal TimeProvider Time => time;

    internal IngestOptions Options => options;

    internal ConflictTable Conflicts { get; } = new(options.ConflictWindow);

    internal ContradictionFacts Contradictions { get; } = new(journal, time);

    /// <summary>Takes a batch in. Returns once everything of it is durable.</summary>
    /// <exception cref="JournalFullException">The disk is full; the batch must be sent again.</exception>
    public async ValueTask<IngestResult> IngestAsync(IngestBatch batch, CancellationToken stop)
    {
        await using var intake = new Intake(this, batch.Cluster, batch.Source, batch.SourcePosition, batch.IsReplay) { PositionOf = batch.PositionOf, ApiServer = ApiServerName.Clean(batch.ApiServer) };
        for (var i = 0; i < batch.Documents.Count; i++)
        {
            intake.MoveTo(i);
            if (batch.PositionOf is null) intake.Add(batch.Documents[i]);
            else intake.AddMessage(batch.Documents[i]);
            do
            {
                if (intake.MustWait) await intake.WaitAsync().ConfigureAwait(false);
            }
            while (intake.OpenNextPacked());
        }
        return await intake.CompleteAsync(stop).ConfigureAwait(false);
    }

    internal void OnStored(string cluster, string source, string apiServer, AppendResult result)
    {
        Counters.AddEvents(result.Stored, result.Repeats);
        if (result.Repeats > 0) Repeats.Add(cluster, source, apiServer, result.Repeats);
        if (result.Stored > 0) idle?.OnEvents(cluster, result.Last);
    }

    internal async Task<int> JudgeAsync(string cluster, List<Conflict> conflicts, CancellationToken stop)
    {
        var (compared, count) = await Conflict.CompareAsync(conflicts, journal, cluster, stop).ConfigureAwait(false);
        if (count > 0) Contradictions.AddUncompared(cluster, conflicts[0], count);
        foreach (var (conflict, difference) in compared)
        {
            if (difference is { IsSame: true }) continue;
            count++;
            if (difference is { Fields.Count: > 0 }) Contradictions.Add(cluster, conflict, difference);
        }
        if (Contradictions.IsPending) await Contradictions.WriteAsync().ConfigureAwait(false);
        if (count == 0) return 0;
        Counters.AddConflicting(count);
        LogConflicting(_log, count, cluster);
        return count;
    }

    [LoggerMessage(3201, LogLevel.Warning, "{Count} events of cluster {Cluster} contradict earlier ones about the same stage of the same request; both are kept.")]
    static partial void LogConflicting(ILogger log, int count, string cluster);
}
