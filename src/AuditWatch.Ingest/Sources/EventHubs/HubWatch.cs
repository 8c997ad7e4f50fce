using Azure.Messaging.EventHubs.Consumer;

namespace AuditWatch.Ingest.Sources.EventHubs;

/// <summary>
/// Asks the hub, over a connection of its own, how long the partitions are that we read. A client that hangs reports nothing and goes on calling with empty
/// batches; only this comparison shows it.
/// </summary>
internal sealed class HubWatch(EventHubConsumerClient observer, string hub, HubReading reading)
{
    // So many looks in a row without progress, while there is something to read, are a client that hangs.
    const int MostSilent = 4;

    readonly Dictionary<string, (long Position, int Looks)> _silent = [];

    /// <summary>One look at every partition; throws when the client hangs.</summary>
    public async Task LookAsync(CancellationToken stop)
    {
        foreach (var (partition, _) in reading.Beats)
        {
            long end;
            try
            {
                end = (await observer.GetPartitionPropertiesAsync(partition, stop).ConfigureAwait(false)).LastEnqueuedSequenceNumber;
                reading.WatchFault = null;
            }
            catch (Exception fault) when (!stop.IsCancellationRequested)
            {
                reading.WatchFault = AzureIdentity.Explain(fault) ?? fault.Message;
                reading.Standing.OnError("The hub does not answer: " + reading.WatchFault);
                return;
            }
            Judge(partition, end);
        }
    }

    void Judge(string partition, long end)
    {
        var name = $"{hub}/{partition}";
        var standing = reading.Standing.Partitions.FirstOrDefault(p => p.Name == name);
        if (standing.Name is null) return;
        reading.Standing.OnEnd(name, end);
        if (end < standing.Position) reading.OnAhead(partition, $"checkpoint {standing.Position}, end {end}");
        var isStuck = end > standing.Position && reading.State == SourceState.Running;
        var looks = isStuck && _silent.TryGetValue(partition, out var before) && before.Position == standing.Position ? before.Looks + 1 : 0;
        _silent[partition] = (standing.Position, looks);
        if (looks >= MostSilent) throw new IOException($"The client receives nothing of {name} although the hub holds {end - standing.Position} more events; it is started anew.");
    }
}
