using System.Collections.Concurrent;
using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using AuditWatch.Detection.Rules;
using AuditWatch.Events.Framing;
using AuditWatch.Events.Model;
using AuditWatch.Events.Redaction;

namespace AuditWatch.Detection.Scanning;

/// <summary>Detection over files, without a server and without state: every worker judges blocks, one reasoner takes them in order.</summary>
public sealed class ScanRun(RuleSnapshot rules, ScanOptions options)
{
    const int MostWindows = 50;

    readonly RuleSet _set = rules.For(options.Cluster);
    readonly SettledVerdicts _settled = new(rules.For(options.Cluster));
    readonly RuleStatistics _statistics = new();
    readonly ConcurrentBag<JudgedBatch> _batches = [];

    /// <summary>What one rule makes of what it is given, for an explanation.</summary>
    internal RuleTrace? Trace { get; init; }

    /// <summary>Judges all inputs as one history.</summary>
    public ScanResult Run(IReadOnlyList<InputFile> inputs, CancellationToken stop = default)
    {
        var redactor = new Redactor(ReadOnlyMemory<byte>.Empty, options.Redaction);
        var reasoner = new ClusterReasoner(options.Cluster, rules, makesIncidents: false, isSaved: false) { Trace = Trace };
        if (options.Baseline is not null) reasoner.Await(options.Baseline);
        var totals = new RunTotals(options);
        var alerts = new Dictionary<string, Alert>(StringComparer.Ordinal);
        var open = new Dictionary<string, OpenAlert>(StringComparer.Ordinal);
        var changed = new List<OpenAlert>();
        var pipeline = new BlockPipeline<JudgedBlock>(options.Workers, () => new Worker(this, redactor).Judge, new BlockBeginning(rules.Symbols).Of);
        pipeline.Run(inputs, Collect, stop);
        if (Trace is not null) Trace.Open = reasoner.OpenWindows(Trace.RuleId, MostWindows);
        reasoner.Idle();
        Keep();
        foreach (var alert in open.Values) alerts[alert.Id] = alert.Alert;
        return new ScanResult
        {
            Alerts = [.. alerts.Values.OrderBy(a => a.TimeMicros).ThenBy(a => a.Rule.Id, StringComparer.Ordinal).ThenBy(a => a.AlertId, StringComparer.Ordinal)],
            Events = totals.Events,
            Bytes = totals.Bytes,
            Quarantined = totals.Quarantined,
            Dropped = totals.Dropped,
            Statistics = _statistics,
            Reasoning = reasoner.Figures,
        };

        void Collect(BlockWork<JudgedBlock> work, JudgedBlock? judged)
        {
            if (work.Failure is not null) totals.Failed(work.File, work.Failure);
            if (judged is null) return;
            totals.Add(judged.Tally);
            Reason(reasoner, judged.Batch, inputs.Count > 1 ? work.FloorMicros : null);
            _batches.Add(judged.Batch);
            Keep();
            totals.Report(pipeline.PackedBytes);
        }

        void Keep()
        {
            // An alert is written out once, when nothing can change it any more.
            var closed = reasoner.TakeAlerts(changed);
            foreach (var alert in changed) open[alert.Id] = alert;
            changed.Clear();
            foreach (var id in closed)
                if (open.Remove(id, out var over)) alerts[id] = over.Alert;
            reasoner.ForgetChanges();
        }
    }

    // Of several inputs, others may be far ahead: event time has passed no further than this block has come, and no further than where the next ones begin.
    static void Reason(ClusterReasoner reasoner, JudgedBatch batch, long? floorMicros)
    {
        var hit = 0;
        var reached = long.MinValue;
        for (var act = 0; act < batch.Count; act++)
        {
            if (floorMicros is { } floor)
            {
                reached = Math.Max(reached, batch.Acts[act].TimeMicros);
                reasoner.FloorMicros = Math.Min(reached, floor);
            }

            var first = hit;
            while (hit < batch.Hits.Count && batch.Hits[hit].Act == act) hit++;
            // Nothing was received: event time is believed as it stands.
            reasoner.Take(batch, act, first, hit - first, receivedMicros: 0);
        }

        reasoner.Conclude();
    }

    sealed class Worker : EventSource
    {
        readonly ScanRun _run;
        readonly EventJudge _judge;
        JudgedBatch _batch = new();

        public Worker(ScanRun run, Redactor redactor) : base(run.Symbols, redactor, run.Options)
        {
            _run = run;
            _judge = new EventJudge(run._settled, run._statistics.Open(run._set, run.Options.Cluster.Name), run.Rules.Chains.FollowsCredentials);
        }

        public JudgedBlock Judge(string file, DocumentBlock block)
        {
            _batch = _run._batches.TryTake(out var used) ? used : new JudgedBatch();
            _batch.Begin(file, 0, 0);
            return new JudgedBlock(Read(file, block), _batch);
        }

        protected override void OnEvent(AuditEvent e, long line) => _judge.Judge(e, (int)Math.Min(line, int.MaxValue), _batch);
    }

    SymbolTable Symbols => rules.Symbols;

    RuleSnapshot Rules => rules;

    ScanOptions Options => options;

    sealed record JudgedBlock(BlockTally Tally, JudgedBatch Batch);
}
