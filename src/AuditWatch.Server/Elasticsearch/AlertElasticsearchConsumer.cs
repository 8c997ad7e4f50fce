using AuditWatch.Server.Bus;
using AuditWatch.Server.Bus.Contracts;
using AuditWatch.Storage.Elasticsearch;
using AuditWatch.Storage.State;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Elasticsearch;

/// <summary>Creates the documents of new alerts, and copies where each alert stands. What is not taken stays in the outbox and comes again later, with growing pauses.</summary>
sealed partial class AlertElasticsearchConsumer(ElasticsearchLink link, StateStore state, Deliveries deliveries, TimeProvider clock, ILogger<AlertElasticsearchConsumer> log) : IConsumer<Batch<AlertRaised>>
{
    public const string Name = "elasticsearch";

    public Task Consume(ConsumeContext<Batch<AlertRaised>> context) =>
        deliveries.TakeAsync(Name, [.. context.Message.Select(m => m.Message)], messages => CopyAsync(messages, context.CancellationToken), context.CancellationToken);

    async Task CopyAsync(IReadOnlyList<AlertRaised> messages, CancellationToken stop)
    {
        var fresh = new HashSet<string>();
        // The document is never changed: only a new alert makes one. A message may come twice; after a rollover a second create would make a second document.
        foreach (var message in messages.Where(m => m.Version == 1))
            if (!await state.IsDoneAsync(Name, message.OutboxId, stop)) fresh.Add(message.AlertId);
        var alerts = await state.FindAlertsAsync([.. messages.Select(m => m.AlertId).Distinct()], stop);
        var (created, trouble) = await new AlertStream(link.Connection).CreateAsync([.. alerts.Where(a => fresh.Contains(a.Alert.AlertId)).Select(a => a.Alert)], clock, stop);
        var (copied, triageTrouble) = await link.Triage.PutAsync(alerts, stop);
        var known = alerts.Select(a => a.Alert.AlertId).ToHashSet();
        var isCreated = created.ToHashSet();
        var isCopied = copied.ToHashSet();
        var done = messages.Where(m => !known.Contains(m.AlertId) || isCopied.Contains(m.AlertId) && (!fresh.Contains(m.AlertId) || m.Version != 1 || isCreated.Contains(m.AlertId))).ToList();
        await state.MarkDoneAsync(Name, [.. done.Select(m => m.OutboxId)], stop);
        await deliveries.LaterAsync([.. messages.Except(done)], stop);
        if (trouble is not null) NotTaken(log, fresh.Count - created.Count, trouble);
        if (triageTrouble is not null) NotCopied(log, alerts.Count - copied.Count, triageTrouble);
    }

    [LoggerMessage(3461, LogLevel.Warning, "Elasticsearch did not take {Count} alerts ({Trouble}); they are sent again later.")]
    static partial void NotTaken(ILogger log, int count, string trouble);

    [LoggerMessage(3462, LogLevel.Warning, "Elasticsearch did not take where {Count} alerts stand ({Trouble}); that is sent again later.")]
    static partial void NotCopied(ILogger log, int count, string trouble);
}
