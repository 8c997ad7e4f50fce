using AuditWatch.Events;
using AuditWatch.Server.Configuration;
using AuditWatch.Server.Hosting;
using AuditWatch.Server.Queries;
using AuditWatch.Storage.Elasticsearch;
using AuditWatch.Storage.State;

namespace AuditWatch.Server.Elasticsearch;

/// <summary>The server's way to Elasticsearch: one connection set-up, and how far the journal is settled there. There is none without an <c>elasticsearch</c> section.</summary>
sealed class ElasticsearchLink : IDisposable
{
    readonly long _deadLettersAtStart;
    readonly EventPosition _positionAtStart;
    ElasticsearchIndexer? _indexer;
    long _deadLettersBefore;

    ElasticsearchLink(ElasticsearchConnection connection, EventPosition position, long deadLetters) =>
        (Connection, Triage, _positionAtStart, _deadLettersAtStart) = (connection, new TriageIndex(connection), position, deadLetters);

    public ElasticsearchConnection Connection { get; }

    /// <summary>Where alerts stand.</summary>
    public TriageIndex Triage { get; }

    /// <summary>Everything up to here is settled.</summary>
    public EventPosition Position => _indexer?.Settled ?? _positionAtStart;

    /// <summary>Documents that Elasticsearch would not take: those noted at start and those since.</summary>
    public long DeadLetters => _deadLettersAtStart + _deadLettersBefore + (_indexer?.Counters.DeadLettered ?? 0);

    public static async Task<ElasticsearchLink?> OpenAsync(AuditWatchConfig config, StateStore state, CancellationToken stop)
    {
        if (config.Elasticsearch is not { } section) return null;
        var place = new ElasticsearchPlace(section.Url, section.Namespace, section.ApiKeyFile, section.Username, section.PasswordFile, section.CaFile)
        {
            AuditWatchUrl = config.Kibana?.AuditWatchUrl,
            Topic = config.Journal.Kafka is { } kafka ? TopicPlaces.Of(kafka.Topic) : null,
        };
        try
        {
            return new ElasticsearchLink(new ElasticsearchConnection(place),
                await state.ReadPositionAsync(ElasticsearchIndexer.ReaderOf(place), stop) ?? EventPosition.Start, await state.CountDeadLettersAsync(stop));
        }
        catch (ElasticsearchFault fault)
        {
            throw new StartFault($"elasticsearch: {fault.Message}");
        }
    }

    /// <summary>An indexer goes on where the last one ended.</summary>
    public void Use(ElasticsearchIndexer indexer)
    {
        if (_indexer is { } before) _deadLettersBefore += before.Counters.DeadLettered;
        _indexer = indexer;
    }

    public void Dispose() => Connection.Dispose();
}
