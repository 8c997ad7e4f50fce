using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Rules;
using AuditWatch.Events.Framing;
using AuditWatch.Events.Model;
using AuditWatch.Events.Redaction;
using AuditWatch.Events.Scanning;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.Scanning;

/// <summary>The raw verdicts of the event layer over files, in input order: nothing is joined, suppressed or excepted.</summary>
public sealed class MatchRun(RuleSnapshot rules, ScanOptions options, bool unknown)
{
    readonly RuleStatistics _statistics = new();

    /// <summary>Judges all inputs; <paramref name="onMatch"/> is called on the caller's thread.</summary>
    public ScanResult Run(IReadOnlyList<InputFile> inputs, Action<RuleMatch> onMatch, CancellationToken stop = default)
    {
        var redactor = new Redactor(ReadOnlyMemory<byte>.Empty, options.Redaction);
        var totals = new RunTotals(options);
        var pipeline = new BlockPipeline<MatchedBlock>(options.Workers, () => new Worker(this, redactor).Judge, new BlockBeginning(rules.Symbols).Of);
        pipeline.Run(inputs, Collect, stop);
        return new ScanResult { Alerts = [], Events = totals.Events, Bytes = totals.Bytes, Quarantined = totals.Quarantined, Dropped = totals.Dropped, Statistics = _statistics };

        void Collect(BlockWork<MatchedBlock> work, MatchedBlock? matched)
        {
            if (work.Failure is not null) totals.Failed(work.File, work.Failure);
            if (matched is null) return;
            totals.Add(matched.Tally);
            foreach (var match in matched.Matches) onMatch(match);
            totals.Report(pipeline.PackedBytes);
        }
    }

    sealed class Worker : EventSource
    {
        readonly AuditEventView _view = new();
        readonly MatchRun _run;
        readonly RuleSet _rules;
        readonly RuleCounters _counters;
        List<RuleMatch> _matches = [];
        string _file = "";

        public Worker(MatchRun run, Redactor redactor) : base(run.Rules.Symbols, redactor, run.Options)
        {
            _run = run;
            _rules = run.Rules.For(run.Options.Cluster);
            _counters = run._statistics.Open(_rules, run.Options.Cluster.Name);
        }

        public MatchedBlock Judge(string file, DocumentBlock block)
        {
            (_file, _matches) = (file, []);
            return new MatchedBlock(Read(file, block), _matches);
        }

        protected override void OnEvent(AuditEvent e, long line)
        {
            _view.Event = e;
            foreach (var rule in _rules.Candidates.For(e))
            {
                var verdict = rule.Compiled.EvaluateSafely(_view);
                if (verdict.Truth == Truth.True) _counters.Matched(rule.Index, e.TimeMicros);
                else if (verdict.Truth == Truth.Unknown) _counters.CouldNotSay(rule.Index, verdict.Why);
                if (verdict.Truth == Truth.True || (_run.Unknown && verdict.Truth == Truth.Unknown))
                    _matches.Add(new RuleMatch(_file, line, e.AuditId, e.Text(HotField.Stage) ?? "", rule.Identity.Id, verdict));
            }
        }
    }

    RuleSnapshot Rules => rules;

    ScanOptions Options => options;

    bool Unknown => unknown;

    sealed record MatchedBlock(BlockTally Tally, IReadOnlyList<RuleMatch> Matches);
}
