using AuditWatch.Ingest.Completeness;
using AuditWatch.Server.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AuditWatch.Server.Completeness;

/// <summary>Puts the watch over completeness into the server.</summary>
static class CompletenessRegistration
{
    public static void AddCompleteness(this IServiceCollection services, AuditWatchConfig config)
    {
        services.AddSingleton(new CompletenessLedger(Asked(config)));
        services.AddSingleton(app => new CompletenessMetrics(() => [app.GetRequiredService<CompletenessLedger>()], app.GetRequiredService<TimeProvider>(), config)).AddHostedService<CompletenessWorker>();
        foreach (var counted in config.Completeness.Where(c => c.Metrics.Count > 0))
            services.AddSingleton<IHostedService>(app => ActivatorUtilities.CreateInstance<CounterWorker>(app, counted));
    }

    /// <summary>What is asked of each cluster.</summary>
    public static Func<string, CompletenessOptions> Asked(AuditWatchConfig config)
    {
        var asked = config.Completeness.ToDictionary(c => c.Cluster, c => new CompletenessOptions { Silence = c.Silence, TellsSilence = c.TellsSilence, Learn = c.Learn, CountersEvery = c.Metrics.Count > 0 ? c.Every : null, CountedServer = c.ApiServer });
        var unasked = new CompletenessOptions();
        return cluster => asked.GetValueOrDefault(cluster, unasked);
    }
}
