using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace AuditWatch.Benchmarks.Scale;

/// <summary>Who is told of alerts: keeps which ones, and how often.</summary>
internal sealed class AlertReceiver : IAsyncDisposable
{
    readonly HttpListener _listener = new();
    readonly Dictionary<string, int> _told = [];
    readonly Task _listening;

    public AlertReceiver()
    {
        using (var port = new TcpListener(IPAddress.Loopback, 0))
        {
            port.Start();
            Url = $"http://127.0.0.1:{((IPEndPoint)port.LocalEndpoint).Port}/alerts/";
        }
        _listener.Prefixes.Add(Url);
        _listener.Start();
        _listening = ListenAsync();
    }

    public string Url { get; }

    /// <summary>Alerts told of, with how often.</summary>
    public Dictionary<string, int> Told
    {
        get
        {
            lock (_told) return new(_told);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    async Task ListenAsync()
    {
        while (true)
        {
            var context = await _listener.GetContextAsync();
            try
            {
                using var alert = await JsonDocument.ParseAsync(context.Request.InputStream);
                var id = alert.RootElement.GetProperty("alert_id").GetString()!;
                lock (_told) _told[id] = _told.GetValueOrDefault(id) + 1;
                context.Response.StatusCode = 204;
            }
            catch (Exception fault) when (fault is JsonException or KeyNotFoundException or IOException or HttpListenerException)
            {
                context.Response.StatusCode = 500;   // cut off in the middle: it comes again
            }
            context.Response.Close();
        }
    }
}
