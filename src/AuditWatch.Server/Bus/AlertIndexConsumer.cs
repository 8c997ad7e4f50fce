using AuditWatch.Server.Bus.Contracts;
using AuditWatch.Storage.Index;
using AuditWatch.Storage.State;
using MassTransit;

namespace AuditWatch.Server.Bus;

/// <summary>Copies alerts into the index, where SQL can join them with events.</summary>
sealed class AlertIndexConsumer(IEventIndex index, StateStore state, Deliveries deliveries) : IConsumer<Batch<AlertRaised>>
{
    public const string Name = "index";

    public Task Consume(ConsumeContext<Batch<AlertRaised>> context) =>
        deliveries.TakeAsync(Name, [.. context.Message.Select(m => m.Message)], messages => CopyAsync(messages, context.CancellationToken), context.CancellationToken);

    async Task CopyAsync(IReadOnlyList<AlertRaised> messages, CancellationToken stop)
    {
        var alerts = await state.FindAlertsAsync([.. messages.Select(m => m.AlertId).Distinct()], stop);
        await index.PutAlertsAsync(alerts, stop);
        await state.MarkDoneAsync(Name, [.. messages.Select(m => m.OutboxId)], stop);
    }
}
