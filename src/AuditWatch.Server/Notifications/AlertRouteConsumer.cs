using AuditWatch.Server.Bus;
using AuditWatch.Server.Bus.Contracts;
using AuditWatch.Storage.State;
using MassTransit;

namespace AuditWatch.Server.Notifications;

/// <summary>Notes in the state which routes have to speak of a new or reopened alert. Sending is <see cref="NotificationSender"/>'s, so that a receiver's outage holds nothing up.</summary>
sealed class AlertRouteConsumer(StateStore state, Routes routes, Deliveries deliveries) : IConsumer<AlertRaised>
{
    public const string Name = "routes";

    public Task Consume(ConsumeContext<AlertRaised> context) =>
        deliveries.TakeAsync(Name, [context.Message], _ => NoteAsync(context.Message, context.CancellationToken), context.CancellationToken);

    async Task NoteAsync(AlertRaised message, CancellationToken stop)
    {
        if (await state.IsDoneAsync(Name, message.OutboxId, stop)) return;
        if (await state.FindAlertAsync(message.AlertId, stop) is { } alert && await IsNewsAsync(message, alert, stop))
            await state.AddNotificationsAsync(routes.For(alert.Alert), message.AlertId, message.Version, stop);
        await state.MarkDoneAsync(Name, [message.OutboxId], stop);
    }

    async Task<bool> IsNewsAsync(AlertRaised message, StoredAlert alert, CancellationToken stop)
    {
        if (message.Version == 1) return true;
        if (alert.Triage.Revision == 0) return false;
        return (await state.HistoryAsync(message.AlertId, stop)).Any(h => h.Version == message.Version && h is { Act: "reopened", Via: "auditwatch" });
    }
}
