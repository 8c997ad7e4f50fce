using AuditWatch.Events;
using AuditWatch.Ingest.Completeness;
using AuditWatch.Ingest.Sources;
using AuditWatch.Server.Hosting;
using AuditWatch.Server.Sources;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Completeness;

/// <summary>The accounts of API servers where everything is one process: it reads the whole journal, and knows itself how its sources stand.</summary>
sealed class CompletenessWorker(Stores stores, CompletenessLedger ledger, SourceSet sources, TimeProvider clock, ILogger<CompletenessWorker> log) : BackgroundService
{
    public const string Reader = "completeness";
    readonly SourceWatch _watch = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var run = new CompletenessRun(Reader, stores.Journal, stores.State, ledger, clock, log);
        await run.RunAsync((after, stop) => stores.Journal.ReadAsync(after, follow: true, stop), () => stores.Journal.End, Look, stoppingToken);

        ValueTask Look(long now, CancellationToken stop)
        {
            foreach (var (key, repeats) in stores.Pipeline.TakeRepeats()) ledger.AddRepeats(key.Cluster, key.Source, key.ApiServer, repeats);
            // While posts are refused, nobody's silence is theirs.
            if (stores.Pressure.IsHigh) ledger.Start(now);
            foreach (var standing in sources.Standings)
            {
                if (standing.State != SourceState.Running) ledger.Deaf(standing.Name, now);
                foreach (var fact in _watch.Look(standing, now, cluster => ledger.EventTime(cluster, now))) run.Add(fact);
            }
            return ValueTask.CompletedTask;
        }
    }
}
