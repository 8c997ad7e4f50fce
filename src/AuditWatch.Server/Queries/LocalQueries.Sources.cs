using System.Text.Json;
using AuditWatch.Detection.Alerts;
using AuditWatch.Events;
using AuditWatch.Ingest.Completeness;
using AuditWatch.Ingest.Journal;
using AuditWatch.Server.Bus;
using AuditWatch.Server.Completeness;
using AuditWatch.Server.Roles;
using AuditWatch.Server.Sources;
using AuditWatch.Storage.State;

namespace AuditWatch.Server.Queries;

public sealed partial class LocalQueries
{
    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>> AddClusterAsync(NewCluster cluster, CancellationToken stop)
    {
        if (!Scope.Sees(cluster.Name)) throw OutOfScope(cluster.Name);
        try
        {
            var token = await _state.AddClusterAsync(cluster.Name, cluster.ClientCn, stop);
            return Rows.Write(json => ClusterCredential.Write(json, cluster, token));
        }
        catch (ArgumentException fault)
        {
            throw new QueryFault(fault.Message);
        }
    }

    async Task<ActAnswer> RevokeClusterTokensAsync(Act act, CancellationToken stop)
    {
        var cluster = act.Id!;
        var before = long.MaxValue;
        if (ActBody.Read<RevokeClusterBody>(act.Body).OlderThan is { } text)
        {
            if (!Configuration.Quantities.TryDuration(text, out var age) || age < TimeSpan.Zero) throw new QueryFault($"'older_than' is '{text}', but must be a duration such as 1h or 30d.");
            before = Now - (age.Ticks / TimeSpan.TicksPerMicrosecond);
        }
        var done = Scope.Sees(cluster) ? await _state.RevokeClusterTokensAsync(cluster, before, stop) : null;
        if (done is not var (revoked, left)) throw new QueryFault($"There is no cluster '{cluster}' with a credential.", 404);
        return new ActAnswer(Rows.Write(json =>
        {
            json.WriteString("cluster", cluster);
            json.WriteNumber("revoked", revoked);
            json.WriteNumber("left", left);
        }));
    }

    async Task<RowPage> ClustersAsync(Filters asked, CancellationToken stop)
    {
        asked.Done();
        var clusters = await _state.ListClustersAsync(stop);
        return new RowPage([.. clusters.Where(c => Scope.Sees(c.Name)).Select(c => Rows.Write(json =>
        {
            json.WriteString("cluster", c.Name);
            json.WriteString("client_cn", c.ClientCn);
            json.WriteString("created", Rfc3339.Of(c.CreatedMicros));
        }))], null);
    }

    /// <summary>The sources that run in this process; null on a data folder whose server is not running.</summary>
    internal Sources.SourceSet? Sources { get; init; }

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>> ResetSourceAsync(string name, CancellationToken stop)
    {
        if (Sources is null) throw new QueryFault("A source is reset by the running server: use --server URL.");
        var seen = Sources.Standings.Where(s => Scope.Sees(s.Cluster)).Select(s => s.Name).ToList();
        var worker = (seen.Contains(name) ? Sources.Find(name) : null) ?? throw new QueryFault($"There is no source '{name}'. The configured ones: {string.Join(", ", seen)}.");
        var partitions = await worker.ResetAsync(stop);
        return Rows.Write(json =>
        {
            json.WriteString("source", name);
            json.WriteNumber("partitions", partitions);
        });
    }

    /// <summary>How API servers stand, in this process; null on a data folder whose server is not running: as it was saved.</summary>
    internal CompletenessLedger? Completeness { get; init; }

    async Task<RowPage> SourcesAsync(Filters asked, CancellationToken stop)
    {
        asked.Done();
        var journaled = await JournaledSourcesAsync(stop);
        var live = await LiveSourcesAsync(stop);
        var ledger = await CompletenessAsync(stop);
        var servers = ledger.Read(NowMicros).ToLookup(v => (v.Key.Cluster, v.Key.Source));
        var rows = journaled.Select(g => SourceRows.Write(g, live.FirstOrDefault(s => s.Name == g.Source && s.Cluster == g.Cluster), [.. servers[(g.Cluster, g.Source)]], ledger.ReadComparison(g.Cluster, NowMicros)));
        var silent = live.Where(s => !journaled.Any(g => g.Source == s.Name && g.Cluster == s.Cluster)).Select(s => SourceRows.Write(null, s, [.. servers[(s.Cluster, s.Name)]], ledger.ReadComparison(s.Cluster, NowMicros)));
        return new RowPage([.. rows.Concat(silent)], null);
    }

    async Task<RowPage> ApiServersAsync(Filters asked, CancellationToken stop)
    {
        var (cluster, source, state) = (ClusterOf(asked), asked.Text("source"), asked.OneOf("state", "speaks", "silent", "new"));
        asked.Done();
        var rows = (await CompletenessAsync(stop)).Read(NowMicros).Where(v => Scope.Sees(v.Key.Cluster) && (cluster is null || v.Key.Cluster == cluster) && (source is null || v.Key.Source == source) && (state is null || v.State == state));
        return new RowPage([.. rows.Select(ApiServerRows.Write)], null);
    }

    async Task<CompletenessLedger> CompletenessAsync(CancellationToken stop)
    {
        if (Completeness is not null) return Completeness;
        var ledger = new CompletenessLedger(CompletenessAsked);
        var saved = await Task.WhenAll(CompletenessReaders.Select(reader => _state.LoadAsync(reader, stop)));
        ledger.Restore(saved.SelectMany(CompletenessRun.Saved));
        ledger.RestoreComparisons(saved.SelectMany(CompletenessRun.SavedComparisons));
        if (IsOneOfSeveral)
            foreach (var (cluster, source, server, repeats) in await _state.ListRepeatsAsync(stop)) ledger.AddRepeats(cluster, source, server, repeats);
        return ledger;
    }

    /// <summary>The readers that keep the accounts, one for each partition of the journal, and what is asked of a cluster.</summary>
    internal IReadOnlyList<string> CompletenessReaders { get; init; } = [CompletenessWorker.Reader];

    internal Func<string, CompletenessOptions> CompletenessAsked { get; init; } = _ => new CompletenessOptions();

    // The segments say it; of a topic, the accounts do, which its readers keep.
    async Task<List<JournalStatsGroup>> JournaledSourcesAsync(CancellationToken stop)
    {
        if (!IsOneOfSeveral) return [.. JournalStats.Read(_folder.Journal, stop).Groups.Where(g => g.Kind == RecordKind.Audit && Scope.Sees(g.Cluster))];
        var servers = (await CompletenessAsync(stop)).Read(NowMicros).Where(v => Scope.Sees(v.Key.Cluster) && v.Events > 0);
        return [.. servers.GroupBy(v => (v.Key.Cluster, v.Key.Source)).Select(g => new JournalStatsGroup(RecordKind.Audit, g.Key.Cluster, g.Key.Source)
        {
            Records = g.Sum(v => v.Events),
            FirstReceivedMicros = g.Min(v => v.FirstReceived),
            LastReceivedMicros = g.Max(v => v.LastReceived),
            MinEventMicros = g.Min(v => v.FirstEvent),
            MaxEventMicros = g.Max(v => v.LastEvent),
        })];
    }

    async Task<List<SourceReport>> LiveSourcesAsync(CancellationToken stop) =>
    [
        .. (IsOneOfSeveral ? (await IngestReport.ListAsync(_state, stop)).Values.SelectMany(r => r.Sources) : Sources?.Standings.Select(SourceReport.Of) ?? [])
            .Where(s => Scope.Sees(s.Cluster)).GroupBy(s => (s.Name, s.Cluster)).Select(g => SourceReport.Sum([.. g])),
    ];

    long NowMicros => (_clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    async Task<RowPage> QuarantineAsync(Filters asked, CancellationToken stop)
    {
        var (reason, source, cluster, limit) = (asked.Text("reason"), asked.Text("source"), ClusterOf(asked), asked.Limit);
        EventPosition? before = null;
        if (asked.Cursor is { } cursor)
            before = QuarantineNote.TryParseId(cursor, out var position) ? position : throw new QueryFault($"'{cursor}' is no cursor of a quarantine list; use the one that came with the page before.");
        asked.Done();
        var rows = new List<ReadOnlyMemory<byte>>();
        while (true)
        {
            var notes = await _state.ListQuarantineAsync(before, 1000, stop);
            foreach (var note in notes)
            {
                before = note.Position;
                if (!Scope.Sees(note.Cluster)) continue;
                if (reason is not null && note.Reason != reason || source is not null && note.Source != source || cluster is not null && note.Cluster != cluster) continue;
                rows.Add(Rows.Write(json => Quarantined(json, note)));
                if (limit > 0 && rows.Count >= limit) return new RowPage(rows, note.Id);
            }
            if (notes.Count < 1000) return new RowPage(rows, null);
        }
    }

    static void Quarantined(Utf8JsonWriter json, QuarantineNote note)
    {
        json.WriteString("id", note.Id);
        json.WriteString("reason", note.Reason);
        json.WriteString("source", note.Source);
        json.WriteString("cluster", note.Cluster);
        json.WriteString("received", Rfc3339.Of(note.ReceivedMicros));
        json.WriteNumber("bytes", note.Bytes);
        if (note.ReplayedMicros is { } replayed) json.WriteString("replayed", Rfc3339.Of(replayed));
    }

    async Task<ReadOnlyMemory<byte>> ShowAlertAsync(StoredAlert alert, IReadOnlyList<TriageEvent> history, CancellationToken stop)
    {
        var evidence = new List<JournalRecord>();
        foreach (var place in alert.Alert.Evidence.Where(p => p.File is null).Take(20))
            if (await RecordAsync(new EventPosition(place.Segment, place.Frame, place.Index), stop) is { } record) evidence.Add(record);
        using var row = JsonDocument.Parse(AlertRows.Of(alert));
        return Rows.Write(json =>
        {
            foreach (var member in row.RootElement.EnumerateObject()) member.WriteTo(json);
            json.WriteNumber("version", alert.Version);
            json.WriteString("first_change", Rfc3339.Of(alert.FirstChangeMicros));
            json.WriteString("last_change", Rfc3339.Of(alert.LastChangeMicros));
            json.WriteStartArray("history");
            foreach (var act in history)
            {
                json.WriteStartObject();
                HistoryRow(json, act);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WritePropertyName("events");
            if (!_asker.Raw.Sees(alert.Alert.Cluster))
            {
                // Raw events are an analyst's.
                json.WriteNullValue();
                return;
            }
            json.WriteStartArray();
            foreach (var record in evidence) json.WriteRawValue(record.Utf8.Span);
            json.WriteEndArray();
        });
    }

    async ValueTask<JournalRecord?> RecordAsync(EventPosition position, CancellationToken stop) => Records is { } read ? await read(position, stop) : _journal.ReadRecord(position);

    static void Raw(Utf8JsonWriter json, string name, JournalRecord? record)
    {
        json.WritePropertyName(name);
        if (record is not null) json.WriteRawValue(record.Utf8.Span);
        else json.WriteNullValue();
    }
}
