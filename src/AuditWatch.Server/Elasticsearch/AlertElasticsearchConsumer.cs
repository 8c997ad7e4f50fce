using AuditWatch.Server.Bus;
using AuditWatch.Storage.Elasticsearch;
using AuditWatch.Storage.State;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Elasticsearch;

/// <summary>Creates the documents of new alerts. What is not taken stays in the outbox and comes again later, with growing pauses.</summary>
sealed partial class AlertElasticsearchConsumer(ElasticsearchLink link, StateStore state, TimeProvider clock, ILogger<AlertElasticsearchConsumer> log) : IConsumer<Batch<AlertRaised>>
{
    public const string Name = "elasticsearch";

    public async Task Consume(ConsumeContext<Batch<AlertRaised>> context)
    {
        var stop = context.CancellationToken;
        var messages = context.Message.Select(m => m.Message).ToList();
        var done = messages.Where(m => m.Version != 1).Select(m => m.OutboxId).ToList();   // the document is never changed
        var wanted = new Dictionary<string, long>();
        foreach (var message in messages.Where(m => m.Version == 1))
        {
            // A message may come twice; after a rollover a second create would make a second document.
            if (await state.IsDoneAsync(Name, message.OutboxId, stop)) continue;
            wanted[message.AlertId] = message.OutboxId;
        }
        var alerts = await state.FindAlertsAsync([.. wanted.Keys], stop);
        var (there, trouble) = await new AlertStream(link.Connection).CreateAsync([.. alerts.Select(a => a.Alert)], clock, stop);
        var known = alerts.Select(a => a.Alert.AlertId).ToHashSet();
        done.AddRange(wanted.Where(w => !known.Contains(w.Key) || there.Contains(w.Key)).Select(w => w.Value));
        await state.MarkDoneAsync(Name, done, stop);
        if (trouble is not null) NotTaken(log, alerts.Count - there.Count, trouble);
    }

    [LoggerMessage(3461, LogLevel.Warning, "Elasticsearch did not take {Count} alerts ({Trouble}); they are sent again later.")]
    static partial void NotTaken(ILogger log, int count, string trouble);
}
