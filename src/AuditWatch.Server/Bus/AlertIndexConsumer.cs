using AuditWatch.Storage.Index;
using AuditWatch.Storage.State;
using MassTransit;

namespace AuditWatch.Server.Bus;

/// <summary>Copies alerts into the index, where SQL can join them with events.</summary>
sealed class AlertIndexConsumer(IEventIndex index, StateStore state) : IConsumer<Batch<AlertRaised>>
{
    public const string Name = "index";

    public async Task Consume(ConsumeContext<Batch<AlertRaised>> context)
    {
        var alerts = await state.FindAlertsAsync([.. context.Message.Select(m => m.Message.AlertId).Distinct()], context.CancellationToken);
        await index.PutAlertsAsync(alerts, context.CancellationToken);
        await state.MarkDoneAsync(Name, [.. context.Message.Select(m => m.Message.OutboxId)], context.CancellationToken);
    }
}
