using Xunit;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AuditWatch.Server.Tests.Notifications;

/// <summary>A real, small SMTP server (RFC 5321 without extensions): keeps every mail with its envelope; refuses recipients when a test says so.</summary>
sealed class SmtpReceiver : IDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public SmtpReceiver()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public ConcurrentQueue<(List<string> Envelope, string Data)> Mails { get; } = new();

    public string? RefuseRecipients { get; set; }

    async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
        await using var writer = new StreamWriter(client.GetStream(), new UTF8Encoding(false)) { NewLine = "\r\n", AutoFlush = true };
        await writer.WriteLineAsync("220 receiver ESMTP");
        var envelope = new List<string>();
        while (await reader.ReadLineAsync() is { } line)
        {
            var verb = line.Split(' ', ':')[0].ToUpperInvariant();
            if (verb is "MAIL" or "RCPT") envelope.Add(line);
            switch (verb)
            {
                case "EHLO" or "HELO" or "MAIL" or "RSET":
                    await writer.WriteLineAsync("250 ok");
                    break;
                case "RCPT":
                    await writer.WriteLineAsync(RefuseRecipients ?? "250 ok");
                    break;
                case "DATA":
                    await writer.WriteLineAsync("354 go on");
                    var data = new StringBuilder();
                    while (await reader.ReadLineAsync() is { } text && text != ".") data.Append(text.StartsWith('.') ? text[1..] : text).Append("\r\n");
                    Mails.Enqueue((envelope, data.ToString()));
                    envelope = [];
                    await writer.WriteLineAsync("250 taken");
                    break;
                case "QUIT":
                    await writer.WriteLineAsync("221 bye");
                    return;
                default:
                    await writer.WriteLineAsync("500 what?");
                    break;
            }
        }
    }

    public void Dispose() => _listener.Dispose();
}
