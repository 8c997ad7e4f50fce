using AuditWatch.Ingest.Journal;
using AuditWatch.Server.Configuration;
using AuditWatch.Storage.State;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Access;

/// <summary>Puts together who may ask, how often, and what is kept of it.</summary>
static class AccessServices
{
    public static void AddApiAccess(this IServiceCollection services, AuditWatchConfig config, TimeProvider clock, StateStore state)
    {
        var access = config.Access;
        services.AddSingleton(app => new AccessLog(app.GetRequiredService<IJournal>(), clock, app.GetRequiredService<ILogger<AccessLog>>()));
        services.AddSingleton<RecordedAnswer>();
        if (access.Oidc is { } oidc) services.AddSingleton(_ => new OidcTokens(oidc, clock));
        services.AddSingleton(app => new AccessGate(
            new Authenticator(state, config.ApiTokenFile, clock, app.GetService<OidcTokens>()), app.GetRequiredService<AccessLog>(),
            requests: new RateGate(clock, access.RequestsPerSecond, access.RequestsPerSecond * 10.0),
            failures: new RateGate(clock, access.FailuresPerMinute / 60.0, access.FailuresPerMinute),
            app.GetRequiredService<ILogger<AccessGate>>()));
    }
}
