using System.Net;
using System.Net.Sockets;

namespace AuditWatch.Storage.Tests.State;

/// <summary>Between us and PostgreSQL: cuts the connection at chosen commits, before the server hears of them or after it has answered.</summary>
sealed class CommitProxy : IDisposable
{
    static readonly byte[] s_commit = "COMMIT"u8.ToArray();
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _end = new();
    readonly int _server;
    int _cutsBefore, _cutsAfter;

    public CommitProxy(int server)
    {
        _server = server;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The next commit never reaches the server.</summary>
    public void CutBeforeCommit() => Interlocked.Increment(ref _cutsBefore);

    /// <summary>The next commit is taken, and its answer is lost.</summary>
    public void CutAfterCommit() => Interlocked.Increment(ref _cutsAfter);

    public bool IsAllCut => Volatile.Read(ref _cutsBefore) + Volatile.Read(ref _cutsAfter) == 0;

    public void Dispose()
    {
        _end.Cancel();
        _listener.Dispose();
        _end.Dispose();
    }

    async Task AcceptAsync()
    {
        try
        {
            while (true) _ = CarryAsync(await _listener.AcceptTcpClientAsync(_end.Token));
        }
        catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    async Task CarryAsync(TcpClient client)
    {
        try
        {
            using var ours = client;
            using var theirs = new TcpClient();
            await theirs.ConnectAsync(IPAddress.Loopback, _server, _end.Token);
            var (up, down) = (ours.GetStream(), theirs.GetStream());
            var isLost = false;
            async Task AnswersAsync()
            {
                var bytes = new byte[1 << 16];
                for (int read; (read = await down.ReadAsync(bytes, _end.Token)) > 0;)
                {
                    if (Volatile.Read(ref isLost)) break;   // the answer came: the commit holds
                    await up.WriteAsync(bytes.AsMemory(0, read), _end.Token);
                }

                ours.Close();
            }

            var answers = AnswersAsync();
            var asked = new byte[1 << 16];
            for (int read; (read = await up.ReadAsync(asked, _end.Token)) > 0;)
            {
                if (asked.AsSpan(0, read).IndexOf(s_commit) >= 0)
                {
                    if (Take(ref _cutsBefore)) return;
                    if (Take(ref _cutsAfter)) Volatile.Write(ref isLost, true);
                }

                await down.WriteAsync(asked.AsMemory(0, read), _end.Token);
                if (Volatile.Read(ref isLost))
                {
                    await answers;
                    return;
                }
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // One of the two hung up.
        }
    }

    static bool Take(ref int cuts)
    {
        for (var left = Volatile.Read(ref cuts); left > 0; left = Volatile.Read(ref cuts))
            if (Interlocked.CompareExchange(ref cuts, left - 1, left) == left) return true;
        return false;
    }
}
