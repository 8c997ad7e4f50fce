using AuditWatch.Detection.Rules;
using AuditWatch.Detection.Scanning;
using AuditWatch.Events.Framing;
using AuditWatch.Events.Model;
using AuditWatch.Events.Redaction;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Detection.Explain;

/// <summary>Explains one rule's verdicts on the events of inputs: why it fires, why it does not, why it cannot tell.</summary>
public sealed class ExplainRun
{
    readonly RuleSnapshot _rules;
    readonly ScanOptions _options;
    readonly EventRule _rule;

    /// <summary>For a rule by id or name; <see cref="KeyNotFoundException"/> with the nearest names when there is none.</summary>
    public ExplainRun(RuleSnapshot rules, ScanOptions options, string rule)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(options);
        (_rules, _options) = (rules, options);
        var all = rules.For(options.Cluster).Rules;
        _rule = all.FirstOrDefault(r => r.Identity.Id.Equals(rule, StringComparison.OrdinalIgnoreCase) || r.Identity.Name.Equals(rule, StringComparison.OrdinalIgnoreCase))
            ?? throw new KeyNotFoundException($"There is no rule '{rule}'.{Near(all, rule)}");
        Needs = RuleNeeds.Of(_rule);
    }

    /// <summary>The rule.</summary>
    public RuleIdentity Rule => _rule.Identity;

    /// <summary>What it could match, and needs.</summary>
    public RuleNeeds Needs { get; }

    /// <summary>Explains the events that <paramref name="wanted"/> picks by file and line, in input order, at most so many.</summary>
    public IReadOnlyList<ExplainedVerdict> Run(IReadOnlyList<InputFile> inputs, Func<string, long, bool> wanted, int most, CancellationToken stop = default)
    {
        var found = new List<ExplainedVerdict>();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var totals = new RunTotals(_options);
        var redactor = new Redactor(ReadOnlyMemory<byte>.Empty, _options.Redaction);
        var pipeline = new BlockPipeline<Explained>(1, () => new Worker(this, redactor, wanted, most).Explain, new BlockBeginning(_rules.Symbols).Of);
        try
        {
            pipeline.Run(inputs, (work, explained) =>
            {
                if (work.Failure is not null) totals.Failed(work.File, work.Failure);
                if (explained is null) return;
                totals.Add(explained.Tally);
                found.AddRange(explained.Verdicts.Take(most - found.Count));
                if (found.Count >= most) enough.Cancel();
            }, enough.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // As many as were asked for.
        }

        return found;
    }

    static string Near(IReadOnlyList<EventRule> all, string wanted)
    {
        var near = all.Select(r => r.Identity.Name).Where(n => n.Contains(wanted, StringComparison.OrdinalIgnoreCase) || wanted.Contains(n, StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal).Take(5).ToList();
        return near.Count == 0 ? " Give the id or the name of a rule." : $" There is {string.Join(", ", near)}.";
    }

    sealed class Worker(ExplainRun run, Redactor redactor, Func<string, long, bool> wanted, int most) : EventSource(run._rules.Symbols, redactor, run._options)
    {
        readonly RuleExplainer _explainer = new(run._rules, run._rule, run._options.Cluster);
        List<ExplainedVerdict> _verdicts = [];
        string _file = "";

        public Explained Explain(string file, DocumentBlock block)
        {
            (_file, _verdicts) = (file, []);
            return new Explained(Read(file, block), _verdicts);
        }

        protected override void OnEvent(AuditEvent e, long line)
        {
            if (_verdicts.Count >= most || !wanted(_file, line)) return;
            var (verdict, tree) = _explainer.Explain(e);
            _verdicts.Add(new ExplainedVerdict(_file, line, e.AuditId, e.Text(HotField.Stage) ?? "", verdict, tree));
        }
    }

    sealed record Explained(BlockTally Tally, IReadOnlyList<ExplainedVerdict> Verdicts);
}
