using System.Text;
using AuditWatch.Storage.Elasticsearch;
using AuditWatch.Testing;
using ZstdSharp;

namespace AuditWatch.Storage.Tests.Elasticsearch;

/// <summary>Recorded events in a stream of the shared Elasticsearch, indexed once for all tests that ask it: a day as managed services log it, and a part of one with all stages.</summary>
public sealed class RecordedStream
{
    RecordedStream(List<byte[]> events, ElasticsearchPlace place, (long, long, long, long, long) settled, bool isAtEnd) => (Events, Place, Settled, IsAtEnd) = (events, place, settled, isAtEnd);

    /// <summary>The events, each once.</summary>
    public IReadOnlyList<byte[]> Events { get; }

    /// <summary>Where they are.</summary>
    public ElasticsearchPlace Place { get; }

    /// <summary>Read, indexed, duplicate, dead-lettered, in flight.</summary>
    public (long Read, long Indexed, long Duplicate, long DeadLettered, long InFlight) Settled { get; }

    /// <summary>Whether the position came to the journal's end.</summary>
    public bool IsAtEnd { get; }

    internal static async Task<RecordedStream> OfAsync(ElasticsearchServer server)
    {
        var events = Recorded("production").Concat(Recorded("request").Take(4_000)).DistinctBy(Convert.ToBase64String).ToList();
        using var connection = server.Connect("recorded");
        await new ElasticsearchSetup(connection).RunAsync(dryRun: false, CancellationToken.None);
        await using var journal = await IndexedJournal.OfAsync(events);
        await using var indexer = await journal.OpenAsync(connection, new IndexerOptions { Compress = true });
        await journal.RunAsync(indexer, CancellationToken.None);
        var counters = indexer.Counters;
        return new RecordedStream(events, connection.Place, (counters.Read, counters.Indexed, counters.Duplicate, counters.DeadLettered, counters.InFlight), indexer.Settled == journal.End);
    }

    static IEnumerable<byte[]> Recorded(string run)
    {
        using var file = File.OpenRead(Path.Combine(Kit.Recordings!, run, "audit.log.zst"));
        using var text = new StreamReader(new DecompressionStream(file), Encoding.UTF8);
        while (text.ReadLine() is { } line) yield return Encoding.UTF8.GetBytes(line);
    }
}
