using System.Net;
using AuditWatch.Server.Configuration;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace AuditWatch.Server.Hosting;

/// <summary>Where and how Kestrel listens.</summary>
static class KestrelSetup
{
    public static void Apply(KestrelServerOptions kestrel, AuditWatchConfig config, ServerTls? tls)
    {
        kestrel.AddServerHeader = false;
        // An API server's batch has no limit of its own (400 events of any size); the receiver streams it and bounds what is in flight.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(3);
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(10));
        kestrel.Limits.Http2.InitialConnectionWindowSize = 4 << 20;
        kestrel.Limits.Http2.InitialStreamWindowSize = 2 << 20;
        foreach (var text in config.Listen)
        {
            if (!ListenRules.TryParse(text, out var url)) continue;
            void Options(ListenOptions listen)
            {
                listen.Protocols = url.Scheme == "https" ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1;
                if (url.Scheme == "https") listen.UseHttps(tls!.Handshakes());
            }
            if (url.Host == "localhost") kestrel.ListenLocalhost(url.Port, Options);
            else if (IPAddress.TryParse(url.Host.Trim('[', ']'), out var address)) kestrel.Listen(address, url.Port, Options);
            else kestrel.ListenAnyIP(url.Port, Options);
        }
    }
}
