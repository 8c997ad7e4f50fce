using AuditWatch.Ingest.Journal;
using AuditWatch.Server.Access;
using AuditWatch.Server.Bus;
using AuditWatch.Server.Completeness;
using AuditWatch.Server.Configuration;
using AuditWatch.Server.Elasticsearch;
using AuditWatch.Server.Endpoints;
using AuditWatch.Server.Hosting;
using AuditWatch.Server.Metrics;
using AuditWatch.Server.Notifications;
using AuditWatch.Server.Queries;
using AuditWatch.Server.Sources;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;

namespace AuditWatch.Server.Roles;

/// <summary>
/// One process of several over a journal on Kafka: wires what its roles ask for. Any number of processes may have each role; what must be done by one at a time is owned, and handed over
/// (docs/scale.md).
/// </summary>
static class RoleHost
{
    /// <summary>Runs until <paramref name="stop"/>, then gives up what it owns and ends.</summary>
    public static async Task RunAsync(AuditWatchConfig config, TimeProvider clock, Action<string> say, CancellationToken stop)
    {
        // Files that cannot be used are a sentence now, not a failed handshake later.
        var tls = config.Listen.Any(l => l.StartsWith("https:", StringComparison.Ordinal)) ? new ServerTls(config, clock) : null;
        await using var stores = new Closing(await SharedStores.OpenAsync(config, clock, say, stop));
        var app = Build(config, clock, stores.Stores, tls);
        try
        {
            await app.StartAsync(stop);
            say($"AuditWatch ({RolesReader.NamesOf(config.Roles)}) listens on {string.Join(", ", config.Listen)}; journal {SharedJournal.NameOf(config)}, state {stores.Stores.State.Place}.");
            say("The embedded index is not used: events are searched in Elasticsearch, and SQL is not answered.");
            var ended = CancellationTokenSource.CreateLinkedTokenSource(stop, app.Lifetime.ApplicationStopping);
            await Task.Delay(Timeout.Infinite, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!stop.IsCancellationRequested) throw new StartFault("A worker stopped (its reason is in the log above); everything accepted is safe in the journal. Start again.");
            say("Draining.");
        }
        catch (Exception fault) when (fault is IOException or System.Net.Sockets.SocketException)
        {
            throw new StartFault($"Cannot listen on {string.Join(", ", config.Listen)}: {fault.Message}");
        }
        finally
        {
            await WebShell.EndAsync(app);
        }
    }

    static WebApplication Build(AuditWatchConfig config, TimeProvider clock, SharedStores stores, ServerTls? tls)
    {
        var builder = WebShell.Begin(config, clock, tls, quiet: false);
        var services = builder.Services;
        services.AddSingleton(config).AddSingleton(clock).AddSingleton(stores).AddSingleton(stores.State).AddSingleton<IJournal>(stores.Journal).AddSingleton(stores.Elasticsearch)
            .AddSingleton<OwnedPartitions>().AddSingleton<RefusalLog>();
        services.AddApiAccess(config, clock, stores.State);
        services.AddHttpClient(AlertWebhookConsumer.Name, client => client.Timeout = TimeSpan.FromSeconds(15));
        services.AddNotifications(config.Notify.Routes, sends: Has(ServeRoles.Notify), topic: config.Journal.Kafka!.Topic);
        services.AddAlertBus(config, publishes: Has(ServeRoles.Detect), ConsumersHere(config.Roles));
        if (stores.Receivers is { } receivers)
        {
            services.AddSources(config, clock, receivers, stores.State, stores.Folder);
            services.AddHostedService<IngestReporter>();
        }
        if (Has(ServeRoles.Detect))
        {
            services.AddSingleton<DetectRole>().AddHostedService(app => app.GetRequiredService<DetectRole>());
            services.AddSingleton<OwnedLedgers>().AddHostedService<CompletenessRole>();
            services.AddSingleton(app => new CompletenessMetrics(() => app.GetRequiredService<OwnedLedgers>().All, clock, config));
        }
        if (Has(ServeRoles.Index)) services.AddSingleton<IndexRole>().AddHostedService(app => app.GetRequiredService<IndexRole>()).AddHostedService<TriageRebuild>();
        if (Has(ServeRoles.Api)) services.AddSingleton(app => Queries(config, clock, stores, app));
        services.AddSingleton<RoleMetrics>();
        services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter(ServerMetrics.MeterName).AddMeter("System.Runtime").AddPrometheusExporter(p => p.ScrapeResponseCacheDurationMilliseconds = 0));

        var app = builder.Build();
        _ = app.Services.GetRequiredService<RoleMetrics>();
        if (stores.Receivers is not null) _ = app.Services.GetRequiredService<SourceMetrics>();
        if (Has(ServeRoles.Detect)) _ = app.Services.GetRequiredService<CompletenessMetrics>();
        WebShell.Guard(app, clock);
        HealthEndpoints.Map(app, () => [("journal", true), ("state", stores.State.IsReachable)]);
        if (stores.Receivers is { } open)
        {
            var access = new ClusterAccess(stores.State);
            PushEndpoints.Map(app, new PostEndpoint(access, app.Services.GetRequiredService<RefusalLog>()), open.Falco, open.Firehose, open.PubSub, clock);
            WebhookEndpoint.Map(app, access, open.Webhook, app.Services.GetRequiredService<RefusalLog>(), app.Services.GetRequiredService<ILogger<ClusterAccess>>());
        }
        if (Has(ServeRoles.Api)) new ApiEndpoints(app.Services.GetRequiredService<LocalQueries>(), app.Services.GetRequiredService<RecordedAnswer>()).Map(app);
        return app;

        bool Has(ServeRoles role) => config.Roles.HasFlag(role);
    }

    static List<string> ConsumersHere(ServeRoles roles)
    {
        var consumers = new List<string>();
        if (roles.HasFlag(ServeRoles.Notify)) consumers.AddRange([AlertWebhookConsumer.Name, AlertRouteConsumer.Name]);
        if (roles.HasFlag(ServeRoles.Index)) consumers.Add(AlertElasticsearchConsumer.Name);
        return consumers;
    }

    static LocalQueries Queries(AuditWatchConfig config, TimeProvider clock, SharedStores stores, IServiceProvider app) => new(
        stores.Folder, stores.State, null, clock, stores.Receivers is { } receivers ? new QuarantineReplay(stores.State, receivers.Pipeline, stores.ReadRecordAsync).RunAsync : null, config.Roles.HasFlag(ServeRoles.Detect) ? stores.Statistics : null)
    {
        Snapshot = () => stores.Rules!,
        Records = stores.ReadRecordAsync,
        Sources = app.GetService<SourceSet>(),
        IsOneOfSeveral = true,
        CompletenessReaders = [.. stores.Journal.Partitions.Select(n => CompletenessRole.ReaderOf(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{config.Journal.Kafka!.Topic}/{n}")))],
        CompletenessAsked = CompletenessRegistration.Asked(config),
        Topic = config.Journal.Kafka!.Topic,
        HasOtherUsers = config.ApiTokenFile is not null || config.Access.Oidc is not null,
        ExceptionDirs = config.Rules.Exceptions,
        Routes = app.GetRequiredService<Notifications.Routes>(),
        Send = app.GetRequiredService<NotificationSender>().TryAsync,
        Search = new Storage.Elasticsearch.ElasticsearchEvents(stores.Elasticsearch.Connection),
        DeadLetters = new DeadLetterReplay(stores.Elasticsearch, stores.State, stores.Symbols, stores.ReadRecordAsync, config, clock).RunAsync,
    };

    // Closing waits for nobody who may never answer.
    sealed class Closing(SharedStores stores) : IAsyncDisposable
    {
        public SharedStores Stores => stores;

        public async ValueTask DisposeAsync() => await WebShell.CloseAsync(stores);
    }
}
