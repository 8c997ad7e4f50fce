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
        var asked = config.Completeness.ToDictionary(c => c.Cluster, c => new CompletenessOptions { Silence = c.Silence, TellsSilence = c.TellsSilence, Learn = c.Learn, CountersEvery = c.Metrics.Count > 0 ? c.Every : null, CountedServer = c.ApiServer });
        var unasked = new CompletenessOptions();
        services.AddSingleton(new CompletenessLedger(cluster => asked.GetValueOrDefault(cluster, unasked)));
        services.AddSingleton<CompletenessMetrics>().AddHostedService<CompletenessWorker>();
        foreach (var counted in config.Completeness.Where(c => c.Metrics.Count > 0))
            services.AddSingleton<IHostedService>(app => ActivatorUtilities.CreateInstance<CounterWorker>(app, counted));
    }
}
