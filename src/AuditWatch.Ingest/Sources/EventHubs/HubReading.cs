using System.Collections.Concurrent;
using AuditWatch.Ingest.Pipeline;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Ingest.Sources.EventHubs;

/// <summary>One run of an Event Hubs source: what its handlers see and say.</summary>
internal sealed partial class HubReading(EventHubsOptions options, IngestPipeline pipeline, SourceStanding standing, Func<bool> isOverHighWater, TimeProvider time, ILogger log)
{
    readonly ConcurrentDictionary<string, (long At, long Events)> _beats = new();
    readonly ConcurrentDictionary<string, string> _ahead = new();
    readonly ConcurrentDictionary<string, string> _faults = new();

    public EventHubsOptions Options => options;

    public IngestPipeline Pipeline => pipeline;

    public SourceStanding Standing => standing;

    public TimeProvider Time => time;

    /// <summary>Why the journal does not take events now; null while it does.</summary>
    public volatile Exception? JournalFault;

    /// <summary>Why the hub does not answer beside being read; null while it does.</summary>
    public volatile string? WatchFault;

    /// <summary>The partitions that are being read.</summary>
    public IReadOnlyDictionary<string, (long At, long Events)> Beats => _beats;

    public bool IsHolding() => isOverHighWater();

    public SourceState State => !_ahead.IsEmpty ? SourceState.CheckpointAhead
        : JournalFault is not null || WatchFault is not null || !_faults.IsEmpty ? SourceState.Failing
        : IsHolding() ? SourceState.Holding
        : SourceState.Running;

    /// <summary>The client called with events or, once a second, without.</summary>
    public void OnBeat(string partition, int events)
    {
        _beats.AddOrUpdate(partition, (time.GetTimestamp(), events), (_, before) => (time.GetTimestamp(), before.Events + events));
        _faults.TryRemove(partition, out _);
        _faults.TryRemove("", out _);
        _ahead.TryRemove(partition, out _);
    }

    public void OnStopped(string partition) => _beats.TryRemove(partition, out _);

    public void OnGap(string partition, long expected, long first)
    {
        standing.OnError($"{first - expected} events of {partition} were deleted by the hub's retention before they were read.");
        standing.OnLost(first - expected);
        LogLost(log, standing.Name, first - expected, partition, expected, first - 1);
    }

    public void OnAhead(string partition, string detail)
    {
        var text = $"The checkpoint of partition {partition} lies beyond the end of the hub, so nothing of it is read: was the hub made anew? 'auditwatch sources reset {standing.Name}' begins it again. ({detail})";
        if (_ahead.TryAdd(partition, text)) LogError(log, standing.Name, text);
        standing.OnError(text);
    }

    public void OnError(Exception fault, string? partition, string operation)
    {
        // What the service says of a position that it does not have; the client asks for ever.
        if (fault is ArgumentException || fault.Message.Contains("supplied offset", StringComparison.OrdinalIgnoreCase))
        {
            OnAhead(partition ?? "?", fault.Message);
            return;
        }
        var text = AzureIdentity.Explain(fault) ?? $"{operation}: {fault.Message}";
        standing.OnError(text);
        _faults[partition ?? ""] = text;
        LogError(log, standing.Name, text);
    }

    public void OnStarted() => LogStarted(log, standing.Name, options.Identifier);

    public void OnRenewed() => LogRenewed(log, standing.Name);

    [LoggerMessage(3614, LogLevel.Information, "Source {Source}: its credential was changed; it connects anew.")]
    static partial void LogRenewed(ILogger log, string source);

    [LoggerMessage(3611, LogLevel.Information, "Source {Source}: reads as {Worker}.")]
    static partial void LogStarted(ILogger log, string source, string worker);

    [LoggerMessage(3612, LogLevel.Error, "Source {Source}: {Count} events of {Partition} are lost: they were deleted by the hub's retention before they were read ({From} to {To}).")]
    static partial void LogLost(ILogger log, string source, long count, string partition, long from, long to);

    [LoggerMessage(3613, LogLevel.Warning, "Source {Source}: {Error}")]
    static partial void LogError(ILogger log, string source, string error);
}
