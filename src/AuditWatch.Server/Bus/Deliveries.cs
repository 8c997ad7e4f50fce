using AuditWatch.Server.Bus.Contracts;
using AuditWatch.Storage.State;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Bus;

/// <summary>
/// Gives messages to a consumer's work and answers for it: what fails is noted in the state, comes again after a wait that the state keeps, and is parked with its reason
/// when that went on for a day. The bus itself never holds anything back for later.
/// </summary>
sealed partial class Deliveries(StateStore state, ILogger<Deliveries> log)
{
    long _answered;

    /// <summary>How many messages consumers of this process have answered for, a message counted for each of them.</summary>
    public long Answered => Interlocked.Read(ref _answered);

    /// <summary>Does the work for all messages at once; when that fails, for each alone, so that one that cannot be dealt with keeps nobody else waiting.</summary>
    public async Task TakeAsync(string consumer, IReadOnlyList<AlertRaised> messages, Func<IReadOnlyList<AlertRaised>, Task> work, CancellationToken stop)
    {
        await TryAsync(consumer, messages, work, stop);
        Interlocked.Add(ref _answered, messages.Count);
    }

    async Task TryAsync(string consumer, IReadOnlyList<AlertRaised> messages, Func<IReadOnlyList<AlertRaised>, Task> work, CancellationToken stop)
    {
        try
        {
            await work(messages);
            return;
        }
        catch (Exception fault) when (fault is not StateUnavailableException && !stop.IsCancellationRequested)
        {
            if (messages.Count == 1)
            {
                await FailAsync(consumer, messages[0], fault, stop);
                return;
            }
        }
        foreach (var message in messages) await TryAsync(consumer, [message], work, stop);
    }

    /// <summary>Receivers would not take these now; they come again later, for as long as it takes.</summary>
    public Task LaterAsync(IReadOnlyCollection<AlertRaised> messages, CancellationToken stop) => messages.Count == 0 ? Task.CompletedTask : state.DelayAsync([.. messages.Select(m => m.OutboxId)], stop);

    async Task FailAsync(string consumer, AlertRaised message, Exception fault, CancellationToken stop)
    {
        var isParked = await state.NoteFailureAsync(consumer, message.OutboxId, $"{fault.GetType().Name}: {fault.Message}", stop);
        Failed(log, consumer, message.AlertId, message.Version, isParked ? "parked" : "tried again later", fault);
    }

    [LoggerMessage(3110, LogLevel.Error, "The consumer {Consumer} failed on alert {AlertId}, version {Version}; it is {Fate}.")]
    static partial void Failed(ILogger log, string consumer, string alertId, long version, string fate, Exception fault);
}
