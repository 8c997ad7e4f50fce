using Xunit;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AuditWatch.Server.Tests.Notifications;

/// <summary>A real syslog receiver on UDP and TCP.</summary>
sealed class SyslogReceiver : IDisposable
{
    readonly UdpClient _udp = new(new IPEndPoint(IPAddress.Loopback, 0));
    readonly TcpListener _tcp = new(IPAddress.Loopback, 0);

    public SyslogReceiver() => _tcp.Start();

    public int UdpPort => ((IPEndPoint)_udp.Client.LocalEndPoint!).Port;

    public int TcpPort => ((IPEndPoint)_tcp.LocalEndpoint).Port;

    public async Task<string> DatagramAsync(CancellationToken stop) => Encoding.UTF8.GetString((await _udp.ReceiveAsync(stop)).Buffer);

    /// <summary>The frame of one connection, checked for its octet count.</summary>
    public async Task<string> FrameAsync(CancellationToken stop)
    {
        using var client = await _tcp.AcceptTcpClientAsync(stop);
        using var whole = new MemoryStream();
        await client.GetStream().CopyToAsync(whole, stop);
        var bytes = whole.ToArray();
        var blank = Array.IndexOf(bytes, (byte)' ');
        Assert.Equal(int.Parse(Encoding.ASCII.GetString(bytes[..blank]), System.Globalization.CultureInfo.InvariantCulture), bytes.Length - blank - 1);
        return Encoding.UTF8.GetString(bytes[(blank + 1)..]);
    }

    public void Dispose()
    {
        _udp.Dispose();
        _tcp.Dispose();
    }
}
