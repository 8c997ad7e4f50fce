using AuditWatch.Server.Access;
using AuditWatch.Server.Configuration;
using AuditWatch.Server.Endpoints;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Hosting;

/// <summary>What every process of ours has around it: its log, its listener, the gate before every endpoint, and an end that does not wait for others.</summary>
static class WebShell
{
    static readonly TimeSpan s_stopWithin = TimeSpan.FromSeconds(14), s_disposeWithin = TimeSpan.FromSeconds(5), s_drainWithin = TimeSpan.FromSeconds(3);

    public static WebApplicationBuilder Begin(AuditWatchConfig config, TimeProvider clock, ServerTls? tls, bool quiet)
    {
        // Configuration is auditwatch.yaml's; nothing in the folder that the server was started from is watched.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = ["--hostBuilder:reloadConfigOnChange=false"] });
        builder.Logging.ClearProviders().AddProvider(new JsonLineLogger(clock)).SetMinimumLevel(quiet ? LogLevel.Error : LogLevel.Information)
            .AddFilter("Microsoft", LogLevel.Warning).AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None).AddFilter("MassTransit", LogLevel.Warning).AddFilter("System.Net.Http", LogLevel.Warning);
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => KestrelSetup.Apply(kestrel, config, tls));
        var services = builder.Services;
        services.AddSingleton<IHostLifetime, CallersLifetime>();
        services.Configure<HostOptions>(host => (host.ShutdownTimeout, host.ServicesStopConcurrently) = (s_stopWithin, true));
        services.Configure<MassTransitHostOptions>(bus => bus.StopTimeout = s_disposeWithin);
        services.AddProblemDetails();
        services.AddExceptionHandler<StateUnavailableHandler>();
        services.AddOpenApi(options => options.AddOperationTransformer(ApiDescription.AddAsync));
        return builder;
    }

    /// <summary>What comes before the endpoints.</summary>
    public static void Guard(WebApplication app, TimeProvider clock)
    {
        app.UseExceptionHandler().UseStatusCodePages();
        BreakOffLate(app, clock);
        app.Use((context, next) => app.Services.GetRequiredService<AccessGate>().PassAsync(context, next));
    }

    public static async Task EndAsync(WebApplication app)
    {
        // Thirty seconds are promised. What waits for somebody else (a client that closes links to a dead broker) is not waited for beyond its share of them.
        using var deadline = new CancellationTokenSource(s_stopWithin);
        try
        {
            await app.StopAsync(deadline.Token).WaitAsync(s_stopWithin + TimeSpan.FromSeconds(1));
        }
        catch (Exception fault) when (fault is OperationCanceledException or TimeoutException)
        {
            // Whatever did not end in time is made up for at the next start, as after a kill.
        }
        await app.DisposeAsync().AsTask().WaitAsync(s_disposeWithin).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Closes stores, without waiting for them for ever.</summary>
    public static async Task CloseAsync(IAsyncDisposable stores) => await stores.DisposeAsync().AsTask().WaitAsync(s_disposeWithin).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    // A client that never ends its body must not hold the server up when it stops; what came in whole by then is taken.
    static void BreakOffLate(WebApplication app, TimeProvider clock)
    {
        var late = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        app.Lifetime.ApplicationStopping.Register(() => late.CancelAfter(s_drainWithin));
        app.Use(async (context, next) =>
        {
            using var registration = late.Token.Register(context.Abort);
            await next(context);
        });
    }
}
