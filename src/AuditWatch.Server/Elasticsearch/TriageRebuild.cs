using AuditWatch.Storage.State;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Elasticsearch;

/// <summary>
/// After a start: where the triage index lacks rows (it is new, or was deleted) every alert is copied once more from the state. What changes later comes through the
/// outbox.
/// </summary>
sealed partial class TriageRebuild(ElasticsearchLink link, StateStore state, TimeProvider clock, ILogger<TriageRebuild> log) : BackgroundService
{
    const int Page = 500;
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await TryAsync(stoppingToken)) return;
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                CouldNotCopy(log, fault);
            }
            await Task.Delay(Pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // False: Elasticsearch did not answer, or did not take all of it.
    async Task<bool> TryAsync(CancellationToken stop)
    {
        if (await link.Triage.CountAsync(stop) is not { } there) return false;
        if (there >= await state.CountAlertsAsync(stop)) return true;
        var copied = 0;
        for (string? cursor = null; ;)
        {
            var page = await state.ListAlertsAsync(new AlertQuery { Limit = Page, Cursor = cursor }, stop);
            var (taken, trouble) = await link.Triage.PutAsync(page.Alerts, stop);
            if (trouble is not null) return false;
            copied += taken.Count;
            if ((cursor = page.Next) is not null) continue;
            Copied(log, copied);
            return true;
        }
    }

    [LoggerMessage(3471, LogLevel.Information, "Copied where {Count} alerts stand to Elasticsearch, which lacked some.")]
    static partial void Copied(ILogger log, int count);

    [LoggerMessage(3472, LogLevel.Warning, "Could not copy where alerts stand to Elasticsearch; it is tried again.")]
    static partial void CouldNotCopy(ILogger log, Exception fault);
}
