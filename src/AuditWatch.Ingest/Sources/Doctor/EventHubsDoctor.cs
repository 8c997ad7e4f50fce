using System.Globalization;
using AuditWatch.Ingest.Sources.EventHubs;
using Azure.Messaging.EventHubs;
using Azure.Messaging.EventHubs.Consumer;

namespace AuditWatch.Ingest.Sources.Doctor;

/// <summary>Tries what an Event Hubs source needs, step by step, without moving any checkpoint and without taking anybody's partition.</summary>
public static class EventHubsDoctor
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    /// <summary>The checks, as they are done; what cannot be tried after a failure is left out.</summary>
    public static async IAsyncEnumerable<DoctorCheck> ExamineAsync(EventHubsOptions options, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        EventHubConsumerClient? client = null;
        DoctorCheck? fault = null;
        try
        {
            client = HubConnection.Observer(options);
        }
        catch (Exception e) when (e is IOException or ArgumentException or FormatException or System.Security.Cryptography.CryptographicException)
        {
            fault = DoctorCheck.Failed("settings", e.Message);
        }
        if (client is null)
        {
            yield return fault!;
            yield break;
        }

        await using (client.ConfigureAwait(false))
        {
            var (check, hub) = await TryAsync("reach", () => client.GetEventHubPropertiesAsync(stop),
                h => $"{client.FullyQualifiedNamespace}/{h.Name} has {h.PartitionIds.Length} partitions.", stop).ConfigureAwait(false);
            yield return check;
            if (hub is null) yield break;
            PartitionProperties? filled = null;
            foreach (var id in hub.PartitionIds)
            {
                var (listed, partition) = await TryAsync("partition", () => client.GetPartitionPropertiesAsync(id, stop), Describe, stop).ConfigureAwait(false);
                yield return listed;
                if (partition is { IsEmpty: false } && (filled is null || partition.LastEnqueuedTime > filled.LastEnqueuedTime)) filled = partition;
            }

            if (filled is null)
            {
                yield return DoctorCheck.Nothing("read", "The hub is empty: are the diagnostic settings of the cluster on, and is this the hub that they name?");
                yield break;
            }

            var (read, last) = await TryAsync("read", () => ReadAsync(client, filled, stop), e => $"Read sequence {e.SequenceNumber.ToString(CultureInfo.InvariantCulture)} of partition {filled.Id} with consumer group {options.ConsumerGroup}.", stop).ConfigureAwait(false);
            yield return read;
            if (last is not null) yield return DecodedMessage.Of(last.EventBody.ToMemory(), $"{hub.Name}/{filled.Id}/{last.SequenceNumber.ToString(CultureInfo.InvariantCulture)}");
        }
    }

    static string Describe(PartitionProperties p) => p.IsEmpty ? $"Partition {p.Id} is empty."
        : string.Create(CultureInfo.InvariantCulture, $"Partition {p.Id} holds {p.BeginningSequenceNumber} to {p.LastEnqueuedSequenceNumber}, the last of {p.LastEnqueuedTime:yyyy-MM-dd'T'HH:mm:ss'Z'}.");

    static async Task<EventData> ReadAsync(EventHubConsumerClient client, PartitionProperties partition, CancellationToken stop)
    {
        var options = new ReadEventOptions { MaximumWaitTime = TimeSpan.FromSeconds(10) };
        await foreach (var read in client.ReadEventsFromPartitionAsync(partition.Id, EventPosition.FromSequenceNumber(partition.LastEnqueuedSequenceNumber, isInclusive: true), options, stop).ConfigureAwait(false))
            return read.Data ?? throw new IOException("Nothing was received in 10 s, although the partition is not empty.");
        throw new IOException("The partition ended.");
    }

    static async Task<(DoctorCheck, T?)> TryAsync<T>(string check, Func<Task<T>> ask, Func<T, string> tell, CancellationToken stop) where T : class
    {
        try
        {
            var answer = await ask().WaitAsync(s_patience, stop).ConfigureAwait(false);
            return (DoctorCheck.Ok(check, tell(answer)), answer);
        }
        catch (Exception fault) when (!stop.IsCancellationRequested)
        {
            return (DoctorCheck.Failed(check, Advise(fault)), null);
        }
    }

    static string Advise(Exception fault)
    {
        while (fault is AggregateException && fault.InnerException is { } inner) fault = inner;
        for (var cause = fault; cause is not null; cause = cause.InnerException)
        {
            if (cause is System.Security.Authentication.AuthenticationException)
                return $"The server's certificate is not trusted ({cause.Message}). Name its authority with ca_file, or correct the one that is named.";
            if (cause is UnauthorizedAccessException)
                return $"Refused: {cause.Message} The policy needs Listen; an identity needs the role 'Azure Event Hubs Data Receiver' on the hub.";
        }

        if (AzureIdentity.Explain(fault) is { } why) return why;
        return fault switch
        {
            EventHubsException { Reason: EventHubsException.FailureReason.ResourceNotFound } => $"Not found: {fault.Message} Check hub and consumer_group.",
            TimeoutException => "No answer in 20 s. Is the address right, and may this machine reach port 5671 (443 with transport: websockets)?",
            _ => fault.Message,
        };
    }
}
