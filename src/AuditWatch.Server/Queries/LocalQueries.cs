using System.Text.Json;
using AuditWatch.Events;
using AuditWatch.Ingest.Journal;
using AuditWatch.Server.Bus;
using AuditWatch.Server.Hosting;
using AuditWatch.Storage.Index;
using AuditWatch.Storage.State;

namespace AuditWatch.Server.Queries;

/// <summary>Answers from the stores themselves: what the HTTP API calls, and what the command line calls on the data folder of a server that is not running.</summary>
public sealed partial class LocalQueries : IQueries
{
    readonly StateStore _state;
    readonly DuckDbEventIndex? _index;
    readonly JournalReader _journal;
    readonly DataFolder _folder;
    readonly TimeProvider _clock;
    readonly bool _isOwner;
    readonly Func<string?, CancellationToken, Task<int>>? _replay;
    readonly Detection.EventLayer.RuleStatistics? _rules;

    /// <summary>Over stores that a server has open.</summary>
    internal LocalQueries(
        DataFolder folder, StateStore state, DuckDbEventIndex? index, TimeProvider clock, Func<string?, CancellationToken, Task<int>>? replay,
        Detection.EventLayer.RuleStatistics? rules = null, bool isOwner = false)
    {
        _rules = rules;
        (_folder, _state, _index, _clock, _replay, _isOwner) = (folder, state, index, clock, replay, isOwner);
        _journal = new JournalReader(folder.Journal);
    }

    /// <summary>How one record of the journal is read; null: from the data folder.</summary>
    internal Func<EventPosition, CancellationToken, ValueTask<JournalRecord?>>? Records { get; init; }

    /// <summary>The topic that is the journal, by which places are named outward; null: segments and frames are.</summary>
    internal string? Topic { get; init; }

    /// <summary>Whether other processes share in the work: not all that is asked for is known in this one.</summary>
    internal bool IsOneOfSeveral { get; init; }

    /// <summary>Where events are searched instead of the embedded index.</summary>
    internal IEventSearch? Search { get; init; }

    /// <summary>Over the data folder of a server that is not running; throws <see cref="DataFolderInUseException"/> when one is.</summary>
    public static Task<IQueries> OpenAsync(string path, CancellationToken stop) => OpenAsync(path, new Configuration.StateConfig(), stop);

    /// <summary>The same for a folder whose state is elsewhere.</summary>
    public static async Task<IQueries> OpenAsync(string path, Configuration.StateConfig where, CancellationToken stop)
    {
        var folder = DataFolder.Own(path);
        try
        {
            var state = await folder.OpenStateAsync(where, TimeProvider.System, null, _ => { }, stop);
            var index = File.Exists(folder.Index)
                ? await DuckDbEventIndex.OpenAsync(folder.Path, new DuckDbIndexOptions { ReadOnly = true }, TimeProvider.System, stop) : null;
            return new LocalQueries(folder, state, index, TimeProvider.System, replay: null, isOwner: true);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<RowPage> ListAsync(string collection, IReadOnlyDictionary<string, string> filters, CancellationToken stop)
    {
        var page = await PageAsync(collection, filters, stop);
        return Topic is null ? page : page with { Rows = [.. page.Rows.Select(row => TopicPlaces.Name(row, Topic))] };
    }

    Task<RowPage> PageAsync(string collection, IReadOnlyDictionary<string, string> filters, CancellationToken stop)
    {
        var asked = new Filters(filters, _clock);
        return collection switch
        {
            "events" => EventsAsync(asked, stop),
            "alerts" => AlertsAsync(asked, stop),
            "incidents" => IncidentsAsync(asked, stop),
            "exceptions" => PagedAsync(asked, ExceptionsAsync(asked, stop)),
            "routes" => PagedAsync(asked, RoutesAsync(asked)),
            "notifications" => NotificationsAsync(asked, stop),
            "parked" => ParkedAsync(asked, stop),
            "triage-jobs" => TriageJobsAsync(asked, stop),
            "timeline" => TimelineAsync(asked, stop),
            "quarantine" => QuarantineAsync(asked, stop),
            "deadletters" => DeadLettersAsync(asked, stop),
            "clusters" => PagedAsync(asked, ClustersAsync(asked, stop)),
            "tokens" => PagedAsync(asked, TokensAsync(asked, stop)),
            "sources" => PagedAsync(asked, SourcesAsync(asked, stop)),
            "api-servers" => PagedAsync(asked, ApiServersAsync(asked, stop)),
            "coverage" => PagedAsync(asked, CoverageAsync(asked)),
            "rules" => PagedAsync(asked, RulesAsync(asked)),
            _ => throw new QueryFault($"There is no collection '{collection}'."),
        };
    }

    // Of what is made whole for each question: the cursor is how many rows were given.
    static async Task<RowPage> PagedAsync(Filters asked, Task<RowPage> all)
    {
        var from = 0;
        if (asked.Cursor is { } cursor && !int.TryParse(cursor, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out from))
            throw new QueryFault($"'{cursor}' is no cursor of this list; use the one that came with the page before.");
        var (rows, limit) = ((await all).Rows, asked.Limit);
        var page = rows.Skip(from).Take(limit == 0 ? int.MaxValue : limit).ToList();
        return new RowPage(page, limit > 0 && from + page.Count < rows.Count ? (from + page.Count).ToString(System.Globalization.CultureInfo.InvariantCulture) : null);
    }

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>?> ShowAsync(string collection, string id, CancellationToken stop) =>
        await FindAsync(collection, id, stop) is not { } row ? (ReadOnlyMemory<byte>?)null : Topic is null ? row : TopicPlaces.Name(row, Topic);

    async Task<ReadOnlyMemory<byte>?> FindAsync(string collection, string id, CancellationToken stop)
    {
        switch (collection)
        {
            case "alerts":
                return await FindAlertAsync(id, stop) is { } alert ? await ShowAlertAsync(alert, await _state.HistoryAsync(id, stop), stop) : (ReadOnlyMemory<byte>?)null;   // a bare null would be empty memory
            case "events":
                if (!UInt128.TryParse(id, System.Globalization.NumberStyles.HexNumber, null, out var value)) return null;
                var page = await Index.SearchAsync(new EventQuery { EventId = new Events.EventId(value), Clusters = Scope.Names, Limit = 1 }, stop);
                if (page.Rows.Count == 0) return null;
                var raw = await RecordAsync(page.Rows[0].Position, stop);
                return Rows.Write(json =>
                {
                    Rows.Event(json, page.Rows[0]);
                    Raw(json, "event", raw);
                });
            case "incidents":
                return await ShowIncidentAsync(id, stop);
            case "deadletters":
                return await ShowDeadLetterAsync(id, stop);
            case "notifications":
                return await ShowMessageAsync(id, stop);
            case "parked":
                return await ShowParkedAsync(id, stop);
            case "quarantine":
                if (!QuarantineNote.TryParseId(id, out var position) || await _state.FindQuarantineNoteAsync(position, stop) is not { } note || !Scope.Sees(note.Cluster)) return null;
                var record = await RecordAsync(position, stop);
                return Rows.Write(json =>
                {
                    Quarantined(json, note);
                    Raw(json, "record", record);
                });
            default:
                throw new QueryFault($"There is no collection '{collection}'.");
        }
    }

    /// <inheritdoc/>
    public async Task<RowPage> SqlAsync(string statement, long limit, CancellationToken stop)
    {
        NeedsAllClusters("SQL reaches every cluster, so it needs the role admin on all of them.");
        if (IsOneOfSeveral) throw new QueryFault("SQL runs on the embedded index, which only a server that is one process has. Ask Elasticsearch with 'auditwatch sql --esql'.");
        if (_index is null && Search is not null) throw new QueryFault("SQL runs on the embedded index, which 'index.embedded: false' turned off. Ask Elasticsearch with 'auditwatch sql --esql'.");
        if (_index is null) throw new QueryFault("There is no index in this data folder yet; run 'auditwatch serve' on it.");
        try
        {
            using var answer = await _index.SqlAsync(new SqlQuestion(statement) { Limit = (int)Math.Min(limit, int.MaxValue) }, stop);
            return SqlRows.Read(answer);
        }
        catch (SqlRefusedException refused)
        {
            throw new QueryFault(refused.Message);
        }
    }

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>> ReplayQuarantineAsync(string? id, CancellationToken stop)
    {
        if (_replay is null && IsOneOfSeveral) throw new QueryFault("Quarantined records are replayed by a process with the roles api and ingest; this one has no ingest.");
        if (_replay is null) throw new QueryFault("Quarantined records are replayed by the running server: use --server URL.");
        if (id is null) NeedsAllClusters("Name a record: all of them are of every cluster.");
        else if (QuarantineNote.TryParseId(id, out var position) && await _state.FindQuarantineNoteAsync(position, stop) is { } note && !Scope.Sees(note.Cluster))
            throw new QueryFault($"There is no quarantined record '{id}'.");
        var count = await _replay(id, stop);
        return Rows.Write(json => json.WriteNumber("replayed", count));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_isOwner) return;
        if (_index is not null) await _index.DisposeAsync();
        await _state.DisposeAsync();
        _folder.Dispose();
    }

    IEventSearch Index => Search ?? _index ?? throw new QueryFault("There is no index in this data folder yet; run 'auditwatch serve' on it.");

    async Task<RowPage> EventsAsync(Filters asked, CancellationToken stop)
    {
        var query = new EventQuery
        {
            Cluster = ClusterOf(asked),
            Clusters = Scope.Names,
            User = asked.Text("user"),
            Verb = asked.Text("verb"),
            Resource = asked.Text("resource"),
            Namespace = asked.Text("namespace"),
            Name = asked.Text("name"),
            Ip = asked.Text("ip"),
            Credential = asked.Text("credential"),
            Pod = asked.Text("pod"),
            AuditId = asked.Text("audit_id"),
            Stage = asked.Text("stage"),
            Outcome = asked.OneOf("outcome", "success", "denied", "failure", "unknown"),
            Code = asked.Number("code"),
            Text = asked.Text("text"),
            OldestFirst = asked.OneOf("order", "asc", "desc") == "asc",
            SinceMicros = asked.Time("since"),
            UntilMicros = asked.Time("until"),
            Limit = asked.Limit,
            Cursor = asked.Cursor,
        };
        asked.Done();
        try
        {
            var page = await Index.SearchAsync(query, stop);
            return new RowPage([.. page.Rows.Select(row => Rows.Write(json => Rows.Event(json, row)))], page.Next);
        }
        catch (FormatException fault)
        {
            throw new QueryFault(fault.Message);
        }
    }

    async Task<AlertQuery> AlertQueryOfAsync(Filters asked, CancellationToken stop)
    {
        IReadOnlyCollection<string>? ids = null;
        if (asked.Text("incident") is { } incident)
            ids = await FindIncidentAsync(incident, stop) is { } stored ? [.. stored.Incident.Steps.Select(s => s.AlertId)] : throw new QueryFault($"There is no incident '{incident}'.");
        var status = asked.OneOf("status", [.. TriageWords.AllStatuses, "open"]);
        var query = new AlertQuery
        {
            Ids = ids,
            Cluster = ClusterOf(asked),
            Clusters = Scope.Names,
            MinLevel = asked.OneOf("min_level", "informational", "low", "medium", "high", "critical"),
            Rule = asked.Text("rule"),
            Status = TriageWords.TryStatus(status, out var wanted) ? wanted : null,
            OnlyOpen = status == "open",
            Resolution = TriageWords.TryResolution(asked.OneOf("resolution", [.. TriageWords.AllResolutions]), out var resolution) ? resolution : null,
            Assignee = asked.Text("assignee"),
            OnlyUnassigned = asked.OneOf("unassigned", "true", "false") == "true",
            Tag = asked.Text("tag"),
            User = asked.Text("user"),
            Credential = asked.Text("credential"),
            ClientIp = asked.Text("ip"),
            Namespace = asked.Text("namespace"),
            SinceMicros = asked.Time("since"),
            UntilMicros = asked.Time("until"),
            Limit = asked.Limit,
            Cursor = asked.Cursor,
        };
        asked.Done();
        return query;
    }

    async Task<RowPage> AlertsAsync(Filters asked, CancellationToken stop)
    {
        var query = await AlertQueryOfAsync(asked, stop);
        try
        {
            var page = await _state.ListAlertsAsync(query, stop);
            return new RowPage([.. page.Alerts.Select(a => (ReadOnlyMemory<byte>)AlertRows.Of(a))], page.Next);
        }
        catch (FormatException fault)
        {
            throw new QueryFault(fault.Message);
        }
    }
}
