using AuditWatch.Detection;
using AuditWatch.Detection.Rules;
using AuditWatch.Events.Model;
using AuditWatch.Events.Redaction;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Pipeline;
using AuditWatch.Events;
using AuditWatch.Server.Configuration;
using AuditWatch.Server.Elasticsearch;
using AuditWatch.Sigma.Parsing;
using AuditWatch.Storage.Index;
using AuditWatch.Storage.State;

namespace AuditWatch.Server.Hosting;

/// <summary>What a server keeps open in its data folder, opened in order and closed in reverse.</summary>
sealed class Stores : IAsyncDisposable
{
    public required DataFolder Folder { get; init; }

    public required LocalJournal Journal { get; init; }

    public required StateStore State { get; init; }

    /// <summary>The embedded index; null where Elasticsearch alone is searched.</summary>
    public required DuckDbEventIndex? Index { get; init; }

    public required SymbolTable Symbols { get; init; }

    public required DetectionEngine Engine { get; init; }

    public required IdleMarks Idle { get; init; }

    public required IngestPipeline Pipeline { get; init; }

    public required Receivers Receivers { get; init; }

    public required Pressure Pressure { get; init; }

    public required Backlog Backlog { get; init; }

    public required Workers.Committed Committed { get; init; }

    /// <summary>Whether everything journaled is judged, saved and indexed, and no cluster's last events still wait for their second of silence (which ends with a record of its own, so it is asked first).</summary>
    public bool IsSettled => !Idle.IsAnyDue && Committed.Position >= Journal.End && Backlog.IndexLag == 0;

    /// <summary>The way to Elasticsearch; null without it.</summary>
    public ElasticsearchLink? Elasticsearch { get; init; }

    public static async Task<Stores> OpenAsync(AuditWatchConfig config, TimeProvider clock, Action<string> say, CancellationToken stop)
    {
        var rules = LoadRules(config, say);
        var folder = DataFolder.Own(config.Data);
        var opened = new Stack<IAsyncDisposable>();
        ElasticsearchLink? elasticsearch = null;
        try
        {
            var journal = Keep(LocalJournal.Open(folder.Journal, new LocalJournalOptions
            {
                RetainAge = config.Journal.RetainAge,
                RetainBytes = config.Journal.RetainSize,
                HighWaterBytes = config.Journal.HighWater,
            }, clock));
            foreach (var damage in journal.Opened.Damage) say($"The journal is damaged at {damage} Run 'auditwatch journal verify'.");
            if (journal.Opened.CutBytes > 0) say($"Cut {journal.Opened.CutBytes} bytes of an unfinished write off the journal; nothing of it had been acknowledged.");
            var state = Keep(await folder.OpenStateAsync(config.State, clock, new OutboxOptions { Consumers = Bus.AlertBus.ConsumersOf(config) }, say, stop));
            await state.RequireNotesAsync(RulesThatAskForANote(config, rules), stop);
            var index = config.Index.Embedded ? Keep(await DuckDbEventIndex.OpenAsync(folder.Path, new DuckDbIndexOptions(), clock, stop)) : null;
            elasticsearch = await ElasticsearchLink.OpenAsync(config, state, stop);
            var symbols = rules.Symbols;
            // Taken over before it is loaded: whoever had it can change nothing of what is loaded here.
            var epoch = await state.TakeReaderAsync(Workers.DetectWorker.Reader, folder.Path, stop);
            var checkpoint = await state.LoadAsync(Workers.DetectWorker.Reader, stop);
            var engine = new DetectionEngine(rules, config.FactsOf, Workers.DetectWorker.Reader, Baselines.Read(config, say));
            engine.Resume(checkpoint);
            Baselines.SayTooOld(engine, say);
            var committed = new Workers.Committed(checkpoint.Position, epoch);
            var idle = Keep(new IdleMarks(journal, clock));
            foreach (var cluster in journal.ClustersWithoutIdleMark) idle.OnEvents(cluster, journal.End);
            var options = new IngestOptions();
            var redactor = new Redactor((config.Redaction.KeyFile is { } file ? RedactionKey.Load(file) : RedactionKey.LoadOrCreate(folder.Path)).Bytes, new RedactionOptions { ConfigMaps = config.Redaction.Configmaps });
            var pipeline = new IngestPipeline(journal, redactor, clock, options, idle);
            var pressure = new Pressure(journal, clock);
            var backlog = Keep(new Backlog(folder.Journal, journal.End, () => committed.Position, index is null ? null : () => index.Position, elasticsearch is { } link ? () => link.Position : null, pipeline.Counters));
            await backlog.WaitAsync(clock);
            journal.ReadPosition = () => Slowest(committed.Position, backlog.Indexed?.Position, elasticsearch?.Position);
            return new Stores
            {
                Folder = folder, Journal = journal, State = state, Index = index, Symbols = symbols, Engine = engine, Idle = idle, Pipeline = pipeline, Committed = committed,
                Receivers = new Receivers(pipeline, clock, options, () => pressure.IsHigh), Pressure = pressure, Backlog = backlog,
                Elasticsearch = elasticsearch,
            };
        }
        catch
        {
            elasticsearch?.Dispose();
            while (opened.TryPop(out var store)) await store.DisposeAsync();
            folder.Dispose();
            throw;
        }

        T Keep<T>(T store) where T : IAsyncDisposable
        {
            opened.Push(store);
            return store;
        }
    }

    /// <summary>One record of the journal; null when it no longer has it.</summary>
    public ValueTask<JournalRecord?> ReadRecordAsync(EventPosition position, CancellationToken stop) => ValueTask.FromResult(Journal.ReadRecord(position));

    internal static List<string> RulesThatAskForANote(AuditWatchConfig config, RuleSnapshot rules) => [.. config.Triage.NoteRequired, .. rules.Documents.Where(AsksForANote).Select(d => d.Id)];

    static bool AsksForANote(SigmaDocument rule) =>
        rule.Custom.GetValueOrDefault("auditwatch") is IReadOnlyDictionary<string, object?> ours && ours.GetValueOrDefault("close_note") is "required";

    static EventPosition Slowest(EventPosition detected, params EventPosition?[] others) => others.OfType<EventPosition>().Append(detected).Min();

    /// <summary>Shipped rules and the site's. Faults are said; the shipped rules must load, the site's faulty ones are left out and named.</summary>
    internal static RuleSnapshot LoadRules(AuditWatchConfig config, Action<string> say)
    {
        var problems = new List<Problem>();
        var rules = RuleSnapshot.Load(RuleSources.Shipped with { RuleDirs = [RuleSources.ShippedDir, .. config.Rules.Dirs], ExceptionDirs = [.. config.Rules.Exceptions, Path.Combine(config.Data, "exceptions")], ChainAssemblies = config.Rules.Chains, Profiles = [.. config.Clusters.Select(c => c.Profile).Prepend("vanilla").Distinct()] }, problems);
        foreach (var problem in problems.Where(p => p.Severity == ProblemSeverity.Error))
            say($"{problem.File}:{problem.Line}:{problem.Column}  {problem.Code} {problem.Message} {problem.Fix}");
        return rules;
    }

    public async ValueTask DisposeAsync()
    {
        await Backlog.DisposeAsync();
        await Idle.DisposeAsync();
        await Journal.DisposeAsync();
        if (Index is not null) await Index.DisposeAsync();
        Elasticsearch?.Dispose();
        await State.DisposeAsync();
        Folder.Dispose();
    }
}
