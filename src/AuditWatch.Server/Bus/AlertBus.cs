using AuditWatch.Server.Bus.Contracts;
using AuditWatch.Server.Configuration;
using AuditWatch.Server.Elasticsearch;
using AuditWatch.Server.Notifications;
using AuditWatch.Storage.State;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Bus;

/// <summary>
/// Who is told of alerts, over what. One queue a consumer, named after it; every process declares them all at its start, because what is published before its queue exists
/// is dropped by the broker without a word.
/// </summary>
static class AlertBus
{
    static readonly TimeSpan StateRetry = TimeSpan.FromSeconds(5);
    const int Batch = 200;

    /// <summary>The consumers that a configuration asks for, by the names under which the outbox waits for them.</summary>
    public static IReadOnlyList<string> ConsumersOf(AuditWatchConfig config)
    {
        var names = new List<string>();
        // Whoever is not there need not be waited for: marking an alert done for a webhook that nobody set would cost a write to the disk per alert.
        if (config.Notify.WebhookUrl is not null) names.Add(AlertWebhookConsumer.Name);
        if (config.Index.Embedded) names.Add(AlertIndexConsumer.Name);
        if (config.Notify.Routes.Count > 0) names.Add(AlertRouteConsumer.Name);
        if (config.Elasticsearch is not null) names.Add(AlertElasticsearchConsumer.Name);
        return names;
    }

    public static string QueueOf(string consumer) => "auditwatch.alerts." + consumer;

    /// <param name="services">Where it is added.</param>
    /// <param name="config">The configuration.</param>
    /// <param name="publishes">Whether this process brings what the outbox holds to the bus.</param>
    /// <param name="here">The consumers that this process runs, of those that the configuration asks for; null: all.</param>
    public static IServiceCollection AddAlertBus(this IServiceCollection services, AuditWatchConfig config, bool publishes = true, IReadOnlyCollection<string>? here = null)
    {
        var consumers = ConsumersOf(config);
        services.AddSingleton<Deliveries>();
        services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();   // it would tell its makers' server, from inside a network that may be an island
            Add<AlertWebhookConsumer>(bus, AlertWebhookConsumer.Name, batched: false);
            Add<AlertIndexConsumer>(bus, AlertIndexConsumer.Name, batched: true);
            Add<AlertRouteConsumer>(bus, AlertRouteConsumer.Name, batched: false);
            Add<AlertElasticsearchConsumer>(bus, AlertElasticsearchConsumer.Name, batched: true);

            // While the state's server is away nothing can be marked done, so nothing is let go of.
            bus.AddConfigureEndpointsCallback((_, endpoint) => endpoint.UseMessageRetry(retry =>
            {
                retry.Handle<StateUnavailableException>();
                retry.Interval(17_280, StateRetry);   // a day
            }));
            if (config.Bus.RabbitMq is { } rabbit) bus.UsingRabbitMq((context, mq) => RabbitMqTransport.Configure(mq, context, rabbit, [.. consumers.Select(QueueOf)]));
            else bus.UsingInMemory((context, memory) => memory.ConfigureEndpoints(context));
        });
        if (publishes) services.AddHostedService<OutboxPublisher>();
        if (config.Bus.RabbitMq is { } broker)
            services.AddHostedService(app => new BusWatch(() => app.GetRequiredService<IBusControl>().CheckHealth().Status == BusHealthStatus.Healthy, stop => RabbitMqTransport.TryAsync(broker, stop),
                app.GetRequiredService<TimeProvider>(), app.GetRequiredService<ILogger<BusWatch>>()));
        return services;

        void Add<T>(IBusRegistrationConfigurator bus, string name, bool batched) where T : class, IConsumer
        {
            if (!consumers.Contains(name) || here is not null && !here.Contains(name)) return;
            bus.AddConsumer<T>(c =>
            {
                if (batched) c.Options<BatchOptions>(b => b.SetMessageLimit(Batch).SetTimeLimit(TimeSpan.FromMilliseconds(200)));
            }).Endpoint(e => e.Name = QueueOf(name));
        }
    }
}
