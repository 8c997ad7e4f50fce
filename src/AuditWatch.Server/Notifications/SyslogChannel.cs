using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using AuditWatch.Server.Queries;

namespace AuditWatch.Server.Notifications;

/// <summary>RFC 5424 with a CEF payload, over UDP (one datagram) or TCP (octet counting, RFC 6587). Syslog has no answer: over UDP nobody knows whether it arrived.</summary>
sealed class SyslogChannel(TimeProvider clock) : IChannel
{
    const int Facility = 13;   // log audit

    public async Task SendAsync(OutgoingMessage message, CancellationToken stop)
    {
        var settings = message.Route.Settings;
        var line = Encoding.UTF8.GetBytes(Line(message));
        var port = int.Parse(settings.GetValueOrDefault("port", "514"), CultureInfo.InvariantCulture);
        if (settings["protocol"] == "udp")
        {
            using var udp = new UdpClient();
            await udp.SendAsync(line, settings["host"], port, stop);
            return;
        }
        using var tcp = new TcpClient();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(TimeSpan.FromSeconds(15));
        await tcp.ConnectAsync(settings["host"], port, patience.Token);
        await tcp.GetStream().WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{line.Length} ")), .. line], patience.Token);
        tcp.Client.Shutdown(SocketShutdown.Send);
    }

    string Line(OutgoingMessage message)
    {
        var alert = message.First.Alert;
        var (severity, cef) = alert.Level switch { "critical" => (2, 10), "high" => (3, 8), "medium" => (4, 5), "low" => (5, 3), _ => (6, 1) };
        var fields = new (string Key, string? Value)[]
        {
            ("rt", (alert.TimeMicros / 1000).ToString(CultureInfo.InvariantCulture)), ("suser", alert.Actor.User), ("src", IPAddress.TryParse(alert.Actor.ClientIp, out var ip) ? ip.ToString() : null),
            ("act", alert.Verb), ("outcome", alert.Outcome), ("cnt", message.Total.ToString(CultureInfo.InvariantCulture)), ("requestClientApplication", alert.Actor.UserAgent),
            ("cs1Label", "cluster"), ("cs1", alert.Cluster), ("cs2Label", "namespace"), ("cs2", alert.Object?.Namespace), ("externalId", alert.AlertId), ("msg", message.Total == 1 ? message.Lines[0] : message.Title),
        };
        var extension = string.Join(' ', fields.Where(f => !string.IsNullOrEmpty(f.Value)).Select(f => $"{f.Key}={Extension(f.Value!)}"));
        var time = Rfc3339.Of((clock.GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond);
        return $"<{(Facility * 8) + severity}>1 {time} {Host()} auditwatch - alert - CEF:0|AuditWatch|AuditWatch|1|{Header(alert.Rule.Name)}|{Header(alert.Rule.Title)}|{cef}|{extension}";
    }

    static string Host() => PlainText.Of(Environment.MachineName, 200) is { Length: > 0 } name && name.All(c => c is > ' ' and <= '~') ? name : "-";

    static string Header(string text) => PlainText.Of(text, 200).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal);

    static string Extension(string text) => PlainText.Of(text, 700).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("=", "\\=", StringComparison.Ordinal);
}
