using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AuditWatch.Testing;

/// <summary>An HTTP proxy that makes tunnels (CONNECT) and writes down where to. Every name leads to this machine.</summary>
public sealed class TunnelProxy : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly Task _accepting;

    /// <summary>Starts it.</summary>
    public TunnelProxy()
    {
        _listener.Start();
        Url = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync();
    }

    /// <summary>Its address.</summary>
    public Uri Url { get; }

    /// <summary>Host and port of every tunnel that was asked for.</summary>
    public ConcurrentQueue<string> Tunnels { get; } = new();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    async Task AcceptAsync()
    {
        while (true) _ = TunnelAsync(await _listener.AcceptTcpClientAsync());
    }

    async Task TunnelAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                var stream = client.GetStream();
                var (head, one) = (new StringBuilder(), new byte[1]);
                while (head.Length < 4 || !head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
                {
                    if (await stream.ReadAsync(one) == 0) return;
                    head.Append((char)one[0]);
                }

                var words = head.ToString().Split(' ', 3);
                if (words[0] != "CONNECT")
                {
                    await stream.WriteAsync("HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
                    return;
                }

                Tunnels.Enqueue(words[1]);
                using var there = new TcpClient();
                await there.ConnectAsync(IPAddress.Loopback, int.Parse(words[1][(words[1].LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture));
                await stream.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray());
                await Task.WhenAny(stream.CopyToAsync(there.GetStream()), there.GetStream().CopyToAsync(stream));
            }
        }
        catch (Exception fault) when (fault is IOException or SocketException)
        {
            // One of the two went away.
        }
    }
}
