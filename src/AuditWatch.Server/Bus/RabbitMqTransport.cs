using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using AuditWatch.Server.Bus.Contracts;
using AuditWatch.Server.Configuration;
using MassTransit;
using RabbitMQ.Client;

namespace AuditWatch.Server.Bus;

/// <summary>The bus on RabbitMQ: durable queues, persistent messages, publisher confirms.</summary>
static class RabbitMqTransport
{
    public static void Configure(IRabbitMqBusFactoryConfigurator mq, IBusRegistrationContext context, RabbitMqConfig config, IReadOnlyList<string> queues)
    {
        mq.Host(config.Host, (ushort)config.Port, config.Vhost, host =>
        {
            host.Username(config.Username);
            host.Password(config.Password);
            host.PublisherConfirmation = true;
            host.Heartbeat(TimeSpan.FromSeconds(15));
            if (config.Tls == "disable") return;
            host.UseSsl(tls =>
            {
                tls.ServerName = config.Host;
                tls.Protocol = System.Security.Authentication.SslProtocols.None;   // the system's choice
                if (config.CaFile is { } file) tls.CertificateValidationCallback = Believing(file);
            });
        });
        mq.Publish<AlertRaised>(topology =>
        {
            foreach (var queue in queues) topology.BindQueue(AlertRaised.Exchange, queue);   // a queue gets one copy, by however many ways it comes
        });
        // At the start, not with the first message: whoever comes first, all queues are there.
        mq.DeployPublishTopology = true;
        mq.ConfigureEndpoints(context);
    }

    /// <summary>A connection of its own, with login and virtual host, that is closed at once: whether the broker takes us.</summary>
    public static async Task TryAsync(RabbitMqConfig config, CancellationToken stop)
    {
        var factory = new ConnectionFactory
        {
            HostName = config.Host, Port = config.Port, VirtualHost = config.Vhost, UserName = config.Username, Password = config.Password, AutomaticRecoveryEnabled = false,
            Ssl = config.Tls == "disable" ? new SslOption() : new SslOption(config.Host, enabled: true)
            {
                Version = System.Security.Authentication.SslProtocols.None,
                CertificateValidationCallback = config.CaFile is { } file ? Believing(file) : null,
            },
        };
        await using var connection = await factory.CreateConnectionAsync(stop);
        // The answer to this one shows that the virtual host is open to us.
        await using var channel = await connection.CreateChannelAsync(cancellationToken: stop);
        await connection.CloseAsync(stop);
    }

    static RemoteCertificateValidationCallback Believing(string file)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(file);
        return (_, certificate, _, errors) =>
        {
            if (certificate is not X509Certificate2 theirs || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != 0) return false;
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            return chain.Build(theirs);
        };
    }
}
