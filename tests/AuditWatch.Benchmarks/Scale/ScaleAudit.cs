using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using AuditWatch.Events;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Journal.Kafka;
using AuditWatch.Storage.State;

namespace AuditWatch.Benchmarks.Scale;

/// <summary>What is there when everything has come to rest, counted against what was acknowledged.</summary>
internal sealed class ScaleAudit(ScaleStage stage, string program)
{
    public sealed record Result(long Accepted, long Journaled, long JournaledTwice, long Missing, long Indexed, int Scanned, int Raised, int Differing, int Told, int ToldAgain, IReadOnlyList<string> Faults)
    {
        public bool Holds => Faults.Count == 0;
    }

    /// <summary>Waits until all readers are at the ends of their partitions, the outbox is empty, and nothing has changed for some seconds (the last events wait for a second of silence).</summary>
    public async Task SettleAsync(CancellationToken stop)
    {
        var (before, since) = ("", Stopwatch.StartNew());
        for (var watch = Stopwatch.StartNew(); since.Elapsed < TimeSpan.FromSeconds(8); await Task.Delay(500, stop))
        {
            var now = await stage.Postgres.QueryAsync(ScaleStage.Database,
                "select string_agg(reader || ' ' || segment || ' ' || frame || ' ' || record, ',' order by reader) from reader_position; select count(*), coalesce(max(last_change_us), 0) from alert; select count(*) from outbox");
            var isAtRest = now.TrimEnd().EndsWith("\n0", StringComparison.Ordinal) && await AreAtAsync("", await EndsAsync(stop), stop);
            if (now != before || !isAtRest) (before, since) = (now, Stopwatch.StartNew());
            if (watch.Elapsed > TimeSpan.FromMinutes(6)) throw new TimeoutException($"It did not come to rest:\n{now}");
        }
    }

    public async Task<Result> RunAsync(IReadOnlyList<ScaleLoad> loads, CancellationToken stop)
    {
        var faults = new List<string>();
        await using var state = await stage.OpenStateAsync();
        await SettleAsync(stop);
        await stage.Elasticsearch.SendAsync(HttpMethod.Post, "/logs-kubernetes.audit_logs-default/_refresh");
        var (order, twice, health) = await ReadJournalAsync(stop);
        foreach (var line in health) faults.Add(line);
        long accepted = 0, missing = 0, indexed = 0;
        var (scannedAll, raisedAll, differing) = (0, 0, 0);
        var allRaised = new HashSet<string>();
        foreach (var load in loads)
        {
            var lineOf = load.Lines.DistinctBy(ScaleLoad.KeyOf).ToDictionary(ScaleLoad.KeyOf);
            var journaled = order.GetValueOrDefault(load.Cluster, []);
            accepted += lineOf.Count;
            var lost = lineOf.Keys.Except(journaled).Count();
            missing += lost;
            if (lost > 0) faults.Add($"{load.Cluster}: {lost} acknowledged events are not in the journal");
            if (journaled.Except(lineOf.Keys).Any()) faults.Add($"{load.Cluster}: the journal has events that nobody sent");
            var documents = (await stage.Elasticsearch.SendAsync(HttpMethod.Post, "/logs-kubernetes.audit_logs-default/_count",
                JsonSerializer.Serialize(new { query = new { term = new Dictionary<string, string> { ["orchestrator.cluster.name"] = load.Cluster } } }))).GetProperty("count").GetInt64();
            indexed += documents;
            if (documents != lineOf.Count) faults.Add($"{load.Cluster}: {lineOf.Count} events, {documents} documents");

            var file = Path.Combine(stage.Folder, load.Cluster + ".ndjson");
            await File.WriteAllLinesAsync(file, journaled.Where(lineOf.ContainsKey).Select(key => lineOf[key]), new UTF8Encoding(false), stop);
            var scanned = await ScanAsync(load.Cluster, file, stop);
            var raised = (await state.ListAlertsAsync(new AlertQuery { Cluster = load.Cluster, Limit = 0 }, stop)).Alerts
                .ToDictionary(a => a.Alert.AlertId, a => $"{a.Alert.Level} {string.Join(' ', a.Alert.AuditIds.Order(StringComparer.Ordinal))}");
            allRaised.UnionWith(raised.Keys);
            (scannedAll, raisedAll) = (scannedAll + scanned.Count, raisedAll + raised.Count);
            foreach (var id in scanned.Keys.Union(raised.Keys))
            {
                if (scanned.GetValueOrDefault(id) is { } one && raised.GetValueOrDefault(id) == one) continue;
                differing++;
                faults.Add($"{load.Cluster}: alert {id}: scan says '{scanned.GetValueOrDefault(id, "nothing")}', the processes say '{raised.GetValueOrDefault(id, "nothing")}'");
            }
        }

        var told = stage.Receiver.Told;
        if (allRaised.Except(told.Keys).Count() is > 0 and var untold) faults.Add($"{untold} alerts were told to nobody");
        return new Result(accepted, order.Values.Sum(keys => (long)keys.Count), twice, missing, indexed, scannedAll, raisedAll, differing, told.Count, told.Values.Sum() - told.Count, faults);
    }

    /// <summary>The last offset of each partition that holds something.</summary>
    public async Task<IReadOnlyDictionary<int, long>> EndsAsync(CancellationToken stop)
    {
        await using var journal = await OpenJournalAsync(stop);
        var ends = new Dictionary<int, long>();
        foreach (var number in journal.Partitions)
        {
            await using var partition = journal.Open(number);
            if (partition.End is { Index: >= 0 } end) ends[number] = KafkaPlace.OffsetOf(end);
        }
        return ends;
    }

    /// <summary>Whether there are readers whose names begin so, and all of them are at these offsets of their partitions, or behind.</summary>
    public async Task<bool> AreAtAsync(string beginning, IReadOnlyDictionary<int, long> ends, CancellationToken stop)
    {
        var places = await PlacesAsync(beginning, stop);
        return ends.All(end => places[end.Key].Any() && places[end.Key].All(place => place >= end.Value));
    }

    /// <summary>How many offsets behind these the readers have read.</summary>
    public async Task<long> ReadBehindAsync(string beginning, IReadOnlyDictionary<int, long> ends, CancellationToken stop)
    {
        var places = await PlacesAsync(beginning, stop);
        return ends.Sum(end => places[end.Key].DefaultIfEmpty(end.Value).Min() - end.Value);
    }

    async Task<ILookup<int, long>> PlacesAsync(string beginning, CancellationToken stop) =>
        (await stage.Postgres.QueryAsync(ScaleStage.Database,
            $"select segment >> 16, segment & 65535, frame from reader_position where reader ~ '^{beginning}.*{ScaleStage.Topic}/[0-9]+$'"))
        .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('|').Select(word => int.Parse(word, CultureInfo.InvariantCulture)).ToArray())
        .ToLookup(row => row[0], row => KafkaPlace.OffsetOf(new EventPosition(row[1], row[2], 0)));

    // Each cluster's events in the journal's own order, as a reader of the partition gets them, which drops what came twice.
    async Task<(Dictionary<string, List<string>> Order, long Twice, List<string> Faults)> ReadJournalAsync(CancellationToken stop)
    {
        var (order, twice, faults) = (new Dictionary<string, List<string>>(), 0L, new List<string>());
        var seen = new HashSet<Events.EventId>();
        await using var journal = await OpenJournalAsync(stop);
        foreach (var number in journal.Partitions)
        {
            await using var partition = journal.Open(number);
            await foreach (var frame in partition.ReadAsync(EventPosition.Start, follow: false, stop))
            {
                if (frame.Kind == RecordKind.Quarantine) faults.Add($"{frame.Cluster}: {frame.Records.Count} records in quarantine");
                if (frame.Kind != RecordKind.Audit) continue;
                if (!order.TryGetValue(frame.Cluster, out var keys)) order.Add(frame.Cluster, keys = []);
                for (var i = frame.FirstIndex; i < frame.Records.Count; i++)
                {
                    if (seen.Add(frame.Ids[i])) keys.Add(ScaleLoad.KeyOf(Encoding.UTF8.GetString(frame.Records[i].Span)));
                    else twice++;
                }
            }
        }
        if (twice > 0) faults.Add($"{twice} events are in the journal twice for its readers");
        return (order, twice, faults);
    }

    Task<KafkaJournal> OpenJournalAsync(CancellationToken stop) =>
        KafkaJournal.OpenAsync(new KafkaJournalOptions { Bootstrap = stage.Bootstrap, Topic = ScaleStage.Topic }, new NoAssignments(), TimeProvider.System, stop: stop);

    async Task<Dictionary<string, string>> ScanAsync(string cluster, string file, CancellationToken stop)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[program, "scan", file, "--cluster", cluster, "--format", "ndjson"]) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var alerts = new Dictionary<string, string>();
        while (await process.StandardOutput.ReadLineAsync(stop) is { } line)
        {
            using var alert = JsonDocument.Parse(line);
            var ids = alert.RootElement.GetProperty("audit_ids").EnumerateArray().Select(id => id.GetString()!).Order(StringComparer.Ordinal);
            alerts[alert.RootElement.GetProperty("alert_id").GetString()!] = $"{alert.RootElement.GetProperty("level").GetString()} {string.Join(' ', ids)}";
        }
        await process.WaitForExitAsync(stop);
        return alerts;
    }

    // Nothing is written here.
    sealed class NoAssignments : IPartitionAssignments
    {
        public Task<int> AssignAsync(string topic, string cluster, IReadOnlyList<int> partitions, CancellationToken stop) => throw new NotSupportedException();

        public Task<IReadOnlyDictionary<string, int>> ListAsync(string topic, CancellationToken stop) => Task.FromResult<IReadOnlyDictionary<string, int>>(new Dictionary<string, int>());
    }
}
