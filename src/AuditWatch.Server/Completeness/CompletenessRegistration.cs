using AuditWatch.Ingest.Completeness;
using AuditWatch.Server.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace AuditWatch.Server.Completeness;

/// <summary>Puts the watch over completeness into the server.</summary>
static class CompletenessRegistration
{
    public static void AddCompleteness(this IServiceCollection services, AuditWatchConfig config)
    {
        var asked = config.Completeness.ToDictionary(c => c.Cluster, c => new CompletenessOptions { Silence = c.Silence, TellsSilence = c.TellsSilence, Learn = c.Learn });
        var unasked = new CompletenessOptions();
        services.AddSingleton(new CompletenessLedger(cluster => asked.GetValueOrDefault(cluster, unasked)));
        services.AddSingleton<CompletenessMetrics>().AddHostedService<CompletenessWorker>();
    }
}
