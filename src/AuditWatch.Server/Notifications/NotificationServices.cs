using Microsoft.Extensions.DependencyInjection;

namespace AuditWatch.Server.Notifications;

static class NotificationServices
{
    public static IServiceCollection AddNotifications(this IServiceCollection services, IReadOnlyList<RouteConfig> routes, bool sends = true, string? topic = null)
    {
        services.AddHttpClient(HttpChannel.Client, client => client.Timeout = TimeSpan.FromSeconds(15)).ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false });
        services.AddSingleton(app => new HttpChannel(app.GetRequiredService<IHttpClientFactory>(), app.GetRequiredService<TimeProvider>(), topic)).AddSingleton<MailChannel>().AddSingleton<SyslogChannel>().AddSingleton<NotificationSender>();
        services.AddSingleton(app => new Routes(routes, app.GetRequiredService<HttpChannel>(), app.GetRequiredService<MailChannel>(), app.GetRequiredService<SyslogChannel>()));
        if (sends && routes.Count > 0) services.AddHostedService(app => app.GetRequiredService<NotificationSender>());
        return services;
    }
}
