using AuditWatch.Server.Configuration;
using AuditWatch.Server.Hosting;
using AuditWatch.Storage.State;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Sources;

/// <summary>Puts every configured source into the server.</summary>
static class SourceRegistration
{
    public static void AddSources(this IServiceCollection services, AuditWatchConfig config, TimeProvider clock, Receivers receivers, StateStore state, DataFolder folder)
    {
        services.AddSingleton(app =>
        {
            var loggers = app.GetRequiredService<ILoggerFactory>();
            var factory = new SourceFactory(receivers, state, folder, clock, loggers);
            return new SourceSet([.. config.Sources.Select(s => new SourceWorker(factory.Create(s), clock, loggers.CreateLogger<SourceWorker>()))]);
        });
        services.AddSingleton(app => new SourceMetrics(app.GetRequiredService<SourceSet>(), receivers.Falco));
        foreach (var source in config.Sources) services.AddSingleton<IHostedService>(app => app.GetRequiredService<SourceSet>().Find(source.Name)!);
    }
}
