using System.Runtime;
using AuditWatch.Detection.Rules;
using AuditWatch.Events.Model;
using AuditWatch.Ingest.Completeness;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Pipeline;
using AuditWatch.Server.Access;
using AuditWatch.Server.Bus;
using AuditWatch.Server.Completeness;
using AuditWatch.Server.Configuration;
using AuditWatch.Server.Elasticsearch;
using AuditWatch.Server.Endpoints;
using AuditWatch.Server.Metrics;
using AuditWatch.Server.Notifications;
using AuditWatch.Server.Queries;
using AuditWatch.Server.Sources;
using AuditWatch.Server.Workers;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace AuditWatch.Server.Hosting;

/// <summary>
/// Everything embedded in one process. Opens the stores of the data folder, then wires: webhook → pipeline → journal → detect and index workers → state → outbox →
/// bus → consumers; and the HTTP API over the same stores.
/// </summary>
public sealed class AuditWatchHost : IAsyncDisposable
{
    readonly WebApplication _app;
    readonly Stores _stores;

    AuditWatchHost(WebApplication app, Stores stores) => (_app, _stores) = (app, stores);

    /// <summary>Answers questions from the running server's own stores.</summary>
    public IQueries Queries => _app.Services.GetRequiredService<IQueries>();

    /// <summary>Everything that is served, as routing knows it.</summary>
    internal IServiceProvider Services => _app.Services;

    internal IReadOnlyList<Microsoft.AspNetCore.Http.Endpoint> Endpoints => _app.Services.GetRequiredService<Microsoft.AspNetCore.Routing.EndpointDataSource>().Endpoints;

    /// <summary>Where it listens, with the ports that it was given.</summary>
    internal IReadOnlyCollection<string> Addresses => [.. _app.Urls];

    /// <summary>Counts of rules' matches and unknowns so far.</summary>
    public Detection.EventLayer.RuleStatistics Rules => _stores.Engine.Statistics;

    /// <summary>Whether everything journaled is judged, saved and indexed, and no cluster's last events still wait for their second of silence.</summary>
    public bool IsSettled => _stores.IsSettled;

    /// <summary>Runs until <paramref name="stop"/>, then drains: no new posts, what was accepted is durable, workers commit and end.</summary>
    public static async Task RunAsync(AuditWatchConfig config, TimeProvider clock, Action<string> say, CancellationToken stop)
    {
        if (RolesReader.Missing(config).ToList() is { Count: > 0 } missing) throw new StartFault(string.Join('\n', missing));
        if (config.Journal.Kafka is not null)
        {
            await Roles.RoleHost.RunAsync(config, clock, say, stop);
            return;
        }
        await using var host = await StartAsync(config, clock, say, stop);
        // Reading hundreds of rules leaves more garbage than they take; nothing else would give its memory back for long.
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        foreach (var url in config.Listen) say($"AuditWatch listens on {url}; data in {host._stores.Folder.Path}.");
        var ended = CancellationTokenSource.CreateLinkedTokenSource(stop, host._app.Lifetime.ApplicationStopping);
        await Task.Delay(Timeout.Infinite, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!stop.IsCancellationRequested) throw new StartFault("A worker stopped (its reason is in the log above); everything accepted is safe in the journal. Start again.");
        say("Draining.");
    }

    /// <summary>Starts everything; returns when posts are accepted.</summary>
    public static async Task<AuditWatchHost> StartAsync(AuditWatchConfig config, TimeProvider clock, Action<string> say, CancellationToken stop, bool quiet = false)
    {
        // Files that cannot be used are a sentence now, not a failed handshake later.
        var tls = config.Listen.Any(l => l.StartsWith("https:", StringComparison.Ordinal)) ? new ServerTls(config, clock) : null;
        var stores = await Stores.OpenAsync(config, clock, say, stop);
        WebApplication? app = null;
        try
        {
            app = Build(config, clock, stores, tls, quiet);
            await app.StartAsync(stop);
            return new AuditWatchHost(app, stores);
        }
        catch (Exception fault)
        {
            // Workers begin before the port is taken; they must end before what they work on is closed.
            if (app is not null) await WebShell.EndAsync(app);
            await stores.DisposeAsync();
            if (fault is IOException or System.Net.Sockets.SocketException) throw new StartFault($"Cannot listen on {string.Join(", ", config.Listen)}: {fault.Message}");
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await WebShell.EndAsync(_app);
        await WebShell.CloseAsync(_stores);
    }

    static WebApplication Build(AuditWatchConfig config, TimeProvider clock, Stores stores, ServerTls? tls, bool quiet)
    {
        var builder = WebShell.Begin(config, clock, tls, quiet);
        var services = builder.Services;
        services.AddHttpClient(AlertWebhookConsumer.Name, client => client.Timeout = TimeSpan.FromSeconds(15));

        services.AddNotifications(config.Notify.Routes);

        services.AddSingleton(config).AddSingleton(clock).AddSingleton(stores.State).AddSingleton<IJournal>(stores.Journal).AddSingleton<IPartitionedJournal>(stores.Journal).AddSingleton(stores.Journal);
        services.AddSingleton<RefusalLog>().AddSingleton(stores.Symbols).AddSingleton(stores.Backlog).AddSingleton(stores.Engine).AddSingleton(stores.Committed);
        if (stores.Index is not null) services.AddSingleton<Storage.Index.IEventIndex>(stores.Index).AddHostedService<IndexWorker>();
        services.AddSources(config, clock, stores.Receivers, stores.State, stores.Folder);
        services.AddSingleton(stores).AddCompleteness(config);
        services.AddSingleton(app => new LocalQueries(stores.Folder, stores.State, stores.Index, clock, new QuarantineReplay(stores.State, stores.Pipeline, stores.ReadRecordAsync).RunAsync, stores.Engine.Statistics)
        {
            Snapshot = () => stores.Engine.Rules,
            Sources = app.GetRequiredService<SourceSet>(),
            Completeness = app.GetRequiredService<CompletenessLedger>(),
            HasOtherUsers = config.ApiTokenFile is not null || config.Access.Oidc is not null,
            ExceptionDirs = config.Rules.Exceptions,
            Routes = app.GetRequiredService<Routes>(),
            Send = app.GetRequiredService<NotificationSender>().TryAsync,
            Search = stores.Index is null ? new Storage.Elasticsearch.ElasticsearchEvents(stores.Elasticsearch!.Connection) : null,
            DeadLetters = stores.Elasticsearch is { } link ? new DeadLetterReplay(link, stores.State, stores.Symbols, stores.ReadRecordAsync, config, clock).RunAsync : null,
        });
        services.AddSingleton<IQueries>(app => app.GetRequiredService<LocalQueries>());
        services.AddApiAccess(config, clock, stores.State);
        services.AddHostedService<DetectWorker>().AddHostedService<MaintenanceWorker>();

        if (stores.Elasticsearch is { } elasticsearch) services.AddSingleton(elasticsearch).AddHostedService<ElasticsearchWorker>().AddHostedService<TriageRebuild>();

        services.AddAlertBus(config);
        services.AddSingleton(_ => new ServerMetrics(stores.Journal, stores.Pipeline.Counters, stores.Backlog, stores.State, stores.Engine.Statistics, () => stores.Committed.Alerts, () => stores.Elasticsearch?.DeadLetters ?? 0, () => stores.IsSettled));
        services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService("auditwatch")).WithMetrics(metrics => metrics.AddMeter(ServerMetrics.MeterName).AddMeter("System.Runtime").AddPrometheusExporter(p => p.ScrapeResponseCacheDurationMilliseconds = 0));

        var app = builder.Build();
        _ = app.Services.GetRequiredService<ServerMetrics>();
        _ = app.Services.GetRequiredService<SourceMetrics>();
        _ = app.Services.GetRequiredService<CompletenessMetrics>();
        WebShell.Guard(app, clock);
        HealthEndpoints.Map(app, () => HealthEndpoints.Of(stores));
        var access = new ClusterAccess(stores.State);
        PushEndpoints.Map(app, new PostEndpoint(access, app.Services.GetRequiredService<RefusalLog>()), stores.Receivers.Falco, stores.Receivers.Firehose, stores.Receivers.PubSub, clock);
        WebhookEndpoint.Map(app, access, stores.Receivers.Webhook, app.Services.GetRequiredService<RefusalLog>(), app.Services.GetRequiredService<ILogger<ClusterAccess>>());
        new ApiEndpoints(app.Services.GetRequiredService<LocalQueries>(), app.Services.GetRequiredService<RecordedAnswer>()).Map(app);
        return app;
    }
}
