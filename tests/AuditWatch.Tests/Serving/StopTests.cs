using System.Net;
using System.Net.Sockets;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.Serving;

/// <summary>Whatever others do, SIGTERM ends the server within the 30 seconds that <see cref="ServerProcess.SignalAsync"/> gives it.</summary>
public sealed class StopTests
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_alert_webhook_that_never_answers_and_a_client_that_never_ends_its_body_do_not_hold_it_up()
    {
        var folder = Directory.CreateTempSubdirectory("aw-stop").FullName;
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await File.WriteAllTextAsync(Path.Combine(folder, "secret"), "whsec_" + Convert.ToBase64String("a secret of this test only"u8), Stop);
        await File.WriteAllTextAsync(Path.Combine(folder, "auditwatch.yaml"), $$"""
            notify:
              webhook_url: http://{{silent.LocalEndpoint}}/alerts
              webhook_secret_file: {{Path.Combine(folder, "secret")}}
              min_level: low
            """, Stop);
        await using var server = new ServerProcess(Path.Combine(folder, "data"), "http", "--config", Path.Combine(folder, "auditwatch.yaml"));
        await server.StartAsync();
        foreach (var body in Recorded.Bodies(400)) (await server.PostAsync("prod", body)).Dispose();
        using var asked = await silent.AcceptTcpClientAsync(Stop);
        using var endless = new TcpClient();
        var url = new Uri(server.Url);
        await endless.ConnectAsync(url.Host, url.Port, Stop);
        await endless.GetStream().WriteAsync("POST /ingest/v1/clusters/prod HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"kin\r\n"u8.ToArray(), Stop);
        Assert.Equal(0, await server.TerminateAsync());
        Assert.Equal(0, (await AuditWatchCommand.RunAsync("journal", "verify", "--data", server.Data)).ExitCode);
    }
}
