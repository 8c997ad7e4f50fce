using System.Globalization;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Knowledge;
using AuditWatch.Detection.Rules;
using AuditWatch.Events;
using AuditWatch.Events.Model;
using AuditWatch.Events.Redaction;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Pipeline;
using AuditWatch.Server.Bus;
using AuditWatch.Server.Configuration;
using AuditWatch.Server.Elasticsearch;
using AuditWatch.Server.Hosting;
using AuditWatch.Storage.State;

namespace AuditWatch.Server.Roles;

/// <summary>What a process with some of the roles keeps open: the journal, the state and Elasticsearch are everybody's; a folder of its own holds little more than its lock.</summary>
sealed class SharedStores : IAsyncDisposable
{
    readonly SemaphoreSlim _reading = new(1, 1);
    readonly Dictionary<int, IJournalPartition> _lookups = [];

    public required DataFolder Folder { get; init; }

    public required StateStore State { get; init; }

    public required IPartitionedJournal Journal { get; init; }

    /// <summary>The rules; null where nothing is detected and nothing is asked.</summary>
    public required RuleSnapshot? Rules { get; init; }

    public required SymbolTable Symbols { get; init; }

    public required ElasticsearchLink Elasticsearch { get; init; }

    /// <summary>The ways in; null where nothing is taken in.</summary>
    public required Receivers? Receivers { get; init; }

    public required Func<string, ClusterBaseline?> Baselines { get; init; }

    /// <summary>Counts of all engines of this process.</summary>
    public RuleStatistics Statistics { get; } = new();

    /// <summary>Who this process is, for those who look up an owner.</summary>
    public string Owner { get; } = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName} {Environment.ProcessId}");

    public static async Task<SharedStores> OpenAsync(AuditWatchConfig config, TimeProvider clock, Action<string> say, CancellationToken stop)
    {
        var detects = config.Roles.HasFlag(ServeRoles.Detect);
        var rules = detects || config.Roles.HasFlag(ServeRoles.Api) ? Stores.LoadRules(config, say) : null;
        var folder = DataFolder.Own(config.Data);
        var opened = new Stack<IAsyncDisposable>();
        ElasticsearchLink? elasticsearch = null;
        try
        {
            var state = await folder.OpenStateAsync(config.State, clock, new OutboxOptions { Consumers = AlertBus.ConsumersOf(config) }, say, stop);
            opened.Push(state);
            if (rules is not null) await state.RequireNotesAsync(Stores.RulesThatAskForANote(config, rules), stop);
            var journal = await SharedJournal.OpenAsync(config, state, clock, stop);
            opened.Push(journal);
            elasticsearch = await ElasticsearchLink.OpenAsync(config, state, stop) ?? throw new StartFault("A journal on Kafka needs an 'elasticsearch' section.");
            return new SharedStores
            {
                Folder = folder, State = state, Journal = journal, Rules = rules, Symbols = rules?.Symbols ?? new SymbolTable(), Elasticsearch = elasticsearch,
                Receivers = config.Roles.HasFlag(ServeRoles.Ingest) ? await ReceiversAsync(config, folder, state, journal, clock, stop) : null,
                Baselines = detects ? Hosting.Baselines.Read(config, say) : _ => null,
            };
        }
        catch
        {
            elasticsearch?.Dispose();
            while (opened.TryPop(out var store)) await store.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>One record, wherever it lies.</summary>
    public async ValueTask<JournalRecord?> ReadRecordAsync(EventPosition position, CancellationToken stop)
    {
        var number = PartitionPlace.PartitionOf(position);
        if (!Journal.Partitions.Contains(number)) return null;
        await _reading.WaitAsync(stop);
        try
        {
            if (!_lookups.TryGetValue(number, out var partition)) _lookups.Add(number, partition = new PlacedPartition(Journal.Open(number)));
            return await partition.ReadRecordAsync(position, stop);
        }
        finally
        {
            _reading.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var partition in _lookups.Values) await partition.DisposeAsync();
        await Journal.DisposeAsync();
        Elasticsearch.Dispose();
        await State.DisposeAsync();
        _reading.Dispose();
        Folder.Dispose();
    }

    static async Task<Receivers> ReceiversAsync(AuditWatchConfig config, DataFolder folder, StateStore state, IPartitionedJournal journal, TimeProvider clock, CancellationToken stop)
    {
        var key = config.Redaction.KeyFile is { } file ? RedactionKey.Load(file) : RedactionKey.LoadOrCreate(folder.Path);
        if (await state.BindRedactionKeyAsync(key.Mark, stop) is { } other && other != key.Mark)
            throw new StartFault(
                $"The redaction key in '{config.Redaction.KeyFile ?? Path.Combine(folder.Path, RedactionKey.FileName)}' (mark {key.Mark}) is not the one that this installation's ingesters use (mark {other}). " +
                $"With two keys the same secret has two marks, and an event that is sent twice becomes two. Copy the file '{RedactionKey.FileName}' of the first ingester's data folder to every ingester and name it with 'redaction.key_file'.");
        var options = new IngestOptions();
        // Idle marks are written by who detects: one ingester does not see what comes in through another.
        var pipeline = new IngestPipeline(journal, new Redactor(key.Bytes, new RedactionOptions { ConfigMaps = config.Redaction.Configmaps }), clock, options);
        return new Receivers(pipeline, clock, options, () => journal.IsOverHighWater);
    }
}
