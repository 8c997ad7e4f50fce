using System.Net;
using System.Net.Sockets;

namespace AuditWatch.Benchmarks.Scale;

/// <summary>The network between the processes and a server: it can be cut, which breaks every connection and takes no new ones, and mended.</summary>
internal sealed class Cable : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly int _target;
    readonly CancellationTokenSource _end = new();
    readonly Lock _gate = new();
    readonly HashSet<Socket> _open = [];
    readonly Task _taking;
    bool _isCut;

    public Cable(int target)
    {
        _target = target;
        _listener.Start();
        _taking = TakeAsync();
    }

    /// <summary>The server's port.</summary>
    public int Target => _target;

    /// <summary>The port that its clients know.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Cut()
    {
        lock (_gate)
        {
            _isCut = true;
            foreach (var socket in _open) socket.Close();
            _open.Clear();
        }
    }

    public void Mend()
    {
        lock (_gate) _isCut = false;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        Cut();
        _listener.Dispose();
        await _taking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    async Task TakeAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            var client = await _listener.AcceptSocketAsync(_end.Token);
            _ = PassAsync(client);
        }
    }

    async Task PassAsync(Socket client)
    {
        var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (!Keep(client)) return;
            await server.ConnectAsync(IPAddress.Loopback, _target, _end.Token);
            if (!Keep(server)) return;
            (client.NoDelay, server.NoDelay) = (true, true);
            await Task.WhenAny(CopyAsync(client, server), CopyAsync(server, client));
        }
        catch (Exception fault) when (fault is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Either side is gone, and so is the other.
        }
        finally
        {
            lock (_gate)
            {
                _open.Remove(client);
                _open.Remove(server);
            }
            client.Dispose();
            server.Dispose();
        }
    }

    bool Keep(Socket socket)
    {
        lock (_gate)
        {
            if (_isCut) return false;
            _open.Add(socket);
            return true;
        }
    }

    async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReceiveAsync(buffer, _end.Token) is > 0 and var read)
            for (var sent = 0; sent < read;) sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), _end.Token);
    }
}
