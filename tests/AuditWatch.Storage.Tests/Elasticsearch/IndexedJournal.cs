using System.Text;
using AuditWatch.Events;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Model;
using AuditWatch.Storage.Elasticsearch;
using AuditWatch.Storage.State;
using Microsoft.Extensions.Logging.Abstractions;

namespace AuditWatch.Storage.Tests.Elasticsearch;

/// <summary>Events in the order of a journal, a state, and an indexer between them and a server; frames of 100 events.</summary>
internal sealed class IndexedJournal : IAsyncDisposable
{
    const int FrameSize = 100;
    readonly TemporaryFolder _folder = new();
    readonly AuditEvent _event = new(new SymbolTable());
    readonly IReadOnlyList<byte[]> _events;

    IndexedJournal(IReadOnlyList<byte[]> events, StateStore state) => (_events, State) = (events, state);

    public StateStore State { get; private set; }

    public int Count => _events.Count;

    public static async Task<IndexedJournal> OfAsync(IReadOnlyList<byte[]> events)
    {
        var journal = new IndexedJournal(events, null!);
        journal.State = await StateStore.OpenEmbeddedAsync(journal._folder.Path, TimeProvider.System, stop: TestContext.Current.CancellationToken);
        return journal;
    }

    /// <summary>Distinct events.</summary>
    public static List<byte[]> Made(int count, string verb = "get") => [.. Enumerable.Range(0, count).Select(i => Encoding.UTF8.GetBytes(
        $$$"""{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"a-{{{i}}}","stage":"ResponseComplete","requestURI":"/api/v1/pods","verb":"{{{verb}}}","user":{"username":"alice"},"sourceIPs":["10.0.0.1"],"objectRef":{"resource":"pods"},"responseStatus":{"code":200},"requestReceivedTimestamp":"2026-11-23T05:49:54.292662Z","stageTimestamp":"2026-11-23T05:49:54.{{{i % 1000:000}}}Z"}"""))];

    public EventId IdOf(int number) => EventId.Of("prod-eu", _events[number]);

    public EventPosition PositionOf(int number) => new(0, number / FrameSize, number % FrameSize);

    public EventPosition End => PositionOf(Count - 1);

    public Task<ElasticsearchIndexer> OpenAsync(ElasticsearchConnection connection, IndexerOptions? options = null) => ElasticsearchIndexer.OpenAsync(
        connection, State, options ?? new IndexerOptions { BodyDocuments = 500, LongestRetry = TimeSpan.FromSeconds(1) }, TimeProvider.System, NullLogger.Instance, TestContext.Current.CancellationToken);

    /// <summary>Reads on from the indexer's position to the end, as the server's worker does.</summary>
    public async Task RunAsync(ElasticsearchIndexer indexer, CancellationToken stop)
    {
        for (var i = 0; i < Count; i++)
        {
            if (PositionOf(i) <= indexer.Settled) continue;
            await indexer.AddAsync(Read(i), IdOf(i), PositionOf(i), 1_767_096_000_000_000, stop);
            if (i % FrameSize == FrameSize - 1) await indexer.SkipToAsync(PositionOf(i), stop);
        }
        await indexer.DrainAsync(stop);
    }

    public AuditEvent Read(int number)
    {
        Assert.True(_event.TryRead(_events[number], new EventOrigin(0, 0, EnvelopeShape.Event, false), new ClusterFacts { Name = "prod-eu" }, 1, out _));
        return _event;
    }

    public static void Balance(IndexerCounters counters) => Assert.Equal(counters.Read, counters.Indexed + counters.Duplicate + counters.DeadLettered + counters.InFlight);

    public async ValueTask DisposeAsync()
    {
        await State.DisposeAsync();
        _folder.Dispose();
    }
}
