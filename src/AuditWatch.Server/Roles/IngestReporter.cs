using AuditWatch.Events.Health;
using AuditWatch.Ingest.Sources;
using AuditWatch.Server.Completeness;
using AuditWatch.Server.Sources;
using AuditWatch.Storage.State;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Roles;

/// <summary>
/// Tells the others how the sources of this process stand, adds the events that came again to everybody's counts, and journals what its sources miss. A source that another process reads
/// is not told to be unreadable because this one cannot.
/// </summary>
sealed partial class IngestReporter(SharedStores stores, SourceSet sources, TimeProvider clock, ILogger<IngestReporter> log) : BackgroundService
{
    // Names of API servers may be made up by whoever sends; what is beyond so many is counted together.
    const int MostNames = 256;
    readonly SourceWatch _watch = new();
    readonly List<HealthFact> _facts = [];
    Dictionary<(string Cluster, string Source, string ApiServer), long> _repeats = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        using var timer = new PeriodicTimer(IngestReport.Every, clock);
        try
        {
            do await ReportAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    async Task ReportAsync(CancellationToken stop)
    {
        foreach (var (key, count) in stores.Receivers!.Pipeline.TakeRepeats())
        {
            var named = _repeats.Count < MostNames || _repeats.ContainsKey(key) ? key : key with { ApiServer = Ingest.Completeness.ApiServerKey.Others };
            _repeats[named] = _repeats.GetValueOrDefault(named) + count;
        }
        try
        {
            var others = await IngestReport.ListAsync(stores.State, stop);
            var now = (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
            foreach (var standing in sources.Standings)
            {
                var isReadElsewhere = others.Any(o => o.Key != stores.Owner && o.Value.Sources.Any(s => s.Name == standing.Name && s.State == SourceState.Running));
                _facts.AddRange(_watch.Look(standing, now, _ => now, isReadElsewhere));
            }
            foreach (var facts in _facts.GroupBy(f => f.Cluster, StringComparer.Ordinal).ToList())
            {
                await CompletenessRun.JournalAsync(stores.Journal, facts.Key, [.. facts], stop);
                foreach (var fact in facts) Noticed(log, fact.Sentence);
                _facts.RemoveAll(f => f.Cluster == facts.Key);
            }
            await IngestReport.SaveAsync(stores.State, stores.Owner, new IngestReport(stores.Journal.IsOverHighWater, [.. sources.Standings.Select(SourceReport.Of)]), stop);
            if (_repeats.Count == 0) return;
            var adding = _repeats;
            await stores.State.AddRepeatsAsync([.. adding.Select(r => new ApiServerRepeats(r.Key.Cluster, r.Key.Source, r.Key.ApiServer, r.Value))], stop);
            _repeats = [];
        }
        catch (Exception fault) when (fault is IOException or StateUnavailableException or System.Data.Common.DbException)
        {
            // Said again before long, with what was not said now.
            CouldNotReport(log, fault.Message);
        }
    }

    [LoggerMessage(3337, LogLevel.Warning, "{Sentence}.")]
    static partial void Noticed(ILogger log, string sentence);

    [LoggerMessage(3338, LogLevel.Warning, "How the sources of this process stand could not be said ({Why}); it is tried again.")]
    static partial void CouldNotReport(ILogger log, string why);
}
