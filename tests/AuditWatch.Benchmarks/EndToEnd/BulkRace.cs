using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using AuditWatch.Events;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Model;
using AuditWatch.Ingest.Journal;
using AuditWatch.Storage.Elasticsearch;
using AuditWatch.Storage.State;
using AuditWatch.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace AuditWatch.Benchmarks.EndToEnd;

/// <summary>
/// Documents into a real Elasticsearch: a bare HTTP loop over bodies made before; the sending half of the indexer over the same bodies; the whole indexer, which reads
/// the journal, writes the documents and keeps its position. The ways take turns block by block, each into a stream of its own with the same mapping, two requests under way.
/// </summary>
internal static class BulkRace
{
    const string Path = "/_bulk?require_data_stream=true&filter_path=took,errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by.reason,items.*.failure_store";
    static readonly IndexerOptions Options = new() { Concurrency = 2, Compress = false };

    /// <summary>Arguments: CORPUS.ndjson [DOCUMENTS].</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var work = Directory.CreateTempSubdirectory("aw-bulk").FullName;
        try
        {
            await RunAsync(arguments[0], arguments.Length > 1 ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : 60_000, work);
            return 0;
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    static async Task RunAsync(string corpus, int most, string work)
    {
        await using var server = await ElasticsearchServer.StartAsync("elasticsearch", "--heap", "1g");
        // Names of one length: bodies of the same documents.
        string[] ways = ["bare", "send", "read"];
        var connections = ways.ToDictionary(w => w, w => new ElasticsearchConnection(new ElasticsearchPlace(server.Url, w)));
        foreach (var connection in connections.Values) await new ElasticsearchSetup(connection).RunAsync(dryRun: false, CancellationToken.None);

        await using var journal = LocalJournal.Open(System.IO.Path.Combine(work, "journal"), new LocalJournalOptions(), TimeProvider.System);
        foreach (var batch in File.ReadLines(corpus).Take(most).Select(l => (ReadOnlyMemory<byte>)System.Text.Encoding.UTF8.GetBytes(l)).Chunk(500))
            await journal.AppendAsync(new JournalBatch("load", "file", "", RecordKind.Audit, batch), CancellationToken.None);
        var bare = await BodiesAsync(journal, connections["bare"].Place);
        var sending = await BodiesAsync(journal, connections["send"].Place);

        await using var state = await StateStore.OpenEmbeddedAsync(work, TimeProvider.System);
        var sender = new BulkSender(connections["send"], state, Options, TimeProvider.System, NullLogger.Instance);
        await using var indexer = await ElasticsearchIndexer.OpenAsync(connections["read"], state, Options, TimeProvider.System, NullLogger.Instance, CancellationToken.None);
        await using var events = EventsOf(journal).GetAsyncEnumerator();
        using var http = new HttpClient();
        var blocks = new List<(int Documents, double[] Seconds)>();
        for (var at = 0; at + 1 < bare.Count; at += 2)
        {
            var documents = bare[at].Count + bare[at + 1].Count;
            var seconds = new double[3];
            for (var turn = 0; turn < 3; turn++)
            {
                var way = (turn + at / 2) % 3;
                var watch = Stopwatch.StartNew();
                await (way switch
                {
                    0 => Task.WhenAll(PostAsync(http, server.Url, bare[at]), PostAsync(http, server.Url, bare[at + 1])),
                    1 => Task.WhenAll(sender.SettleAsync(sending[at], false, default), sender.SettleAsync(sending[at + 1], false, default)),
                    _ => IndexAsync(indexer, events, documents),
                });
                seconds[way] = watch.Elapsed.TotalSeconds;
            }
            blocks.Add((documents, seconds));
        }
        foreach (var way in ways)
            if (await server.CountAsync(connections[way].Place.AuditStream) is var count && count != blocks.Sum(b => b.Documents)) throw new InvalidOperationException($"{way} sent {count} of {blocks.Sum(b => b.Documents)} documents.");

        // The first fifth warms the server up and is not counted.
        var counted = blocks.Skip(Math.Max(1, blocks.Count / 5)).ToList();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{blocks.Sum(b => b.Documents)} documents for each way, {bare.Sum(b => (long)b.Bytes) / 1_000_000} MB in {bare.Count} bodies, {counted.Count} blocks of two counted\n"));
        Console.WriteLine("| way | documents/s, median | of the bare loop, median of blocks |\n|---|---|---|");
        for (var way = 0; way < 3; way++)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {ways[way] switch { "bare" => "bare HTTP loop", "send" => "sending half, same bodies", _ => "from the journal" }} | {Median(counted.Select(b => b.Documents / b.Seconds[way])):F0} | {Median(counted.Select(b => b.Seconds[0] / b.Seconds[way])):F2} |"));
        foreach (var connection in connections.Values) connection.Dispose();
    }

    static async Task<List<BulkBody>> BodiesAsync(LocalJournal journal, ElasticsearchPlace place)
    {
        var bodies = new List<BulkBody> { new(place) };
        await foreach (var (audited, id, position, received) in EventsOf(journal))
        {
            if (bodies[^1].Bytes >= Options.BodyBytes || bodies[^1].Count >= Options.BodyDocuments) bodies.Add(new BulkBody(place));
            bodies[^1].Add(audited, id, position, received, received);
        }
        return bodies;
    }

    static async IAsyncEnumerable<(AuditEvent Event, EventId Id, EventPosition Position, long Received)> EventsOf(LocalJournal journal)
    {
        var audited = new AuditEvent(new SymbolTable());
        var facts = new ClusterFacts { Name = "load" };
        await foreach (var frame in journal.ReadAsync(EventPosition.Start, follow: false, CancellationToken.None))
            for (var i = frame.FirstIndex; i < frame.Records.Count; i++)
                if (audited.TryRead(frame.Records[i], new EventOrigin(0, 0, EnvelopeShape.Event, false), facts, frame.ReceivedMicros, out _))
                    yield return (audited, frame.Ids[i], frame.PositionOf(i), frame.ReceivedMicros);
    }

    static async Task PostAsync(HttpClient http, string url, BulkBody body)
    {
        using var content = new ReadOnlyMemoryContent(body.Utf8);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        using var response = await http.PostAsync(new Uri(url + Path), content);
        response.EnsureSuccessStatusCode();
        await response.Content.ReadAsByteArrayAsync();
    }

    static async Task IndexAsync(ElasticsearchIndexer indexer, IAsyncEnumerator<(AuditEvent Event, EventId Id, EventPosition Position, long Received)> events, int documents)
    {
        for (var i = 0; i < documents && await events.MoveNextAsync(); i++)
            await indexer.AddAsync(events.Current.Event, events.Current.Id, events.Current.Position, events.Current.Received, CancellationToken.None);
        await indexer.DrainAsync(CancellationToken.None);
    }

    static double Median(IEnumerable<double> figures)
    {
        var sorted = figures.Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[sorted.Count / 2 - 1] + sorted[sorted.Count / 2]) / 2;
    }
}
