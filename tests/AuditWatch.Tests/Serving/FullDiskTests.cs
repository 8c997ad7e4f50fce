using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.Serving;

/// <summary>The whole server on a file system that is really full: journal, state and index share it.</summary>
public sealed class FullDiskTests(ITestOutputHelper output) : IAsyncLifetime
{
    readonly string _mount = Directory.CreateTempSubdirectory("aw-full").FullName;
    bool _isMounted;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _isMounted = OperatingSystem.IsLinux() && await RunAsync("mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", _mount) == 0;

    public async ValueTask DisposeAsync()
    {
        if (_isMounted) Assert.Equal(0, await RunAsync("umount", _mount));
    }

    [Fact]
    public async Task Posts_are_put_off_with_503_nothing_acknowledged_is_lost_and_with_room_everything_goes_on()
    {
        if (!_isMounted) Assert.Skip("Needs Linux and root: the test mounts a file system of 48 MiB. Run it with sudo.");
        await using var server = new ServerProcess(Path.Combine(_mount, "data"));
        await server.StartAsync();
        await PostAsync(server, "before", HttpStatusCode.OK);
        await server.SettleAsync();

        // Full to the last page; whatever the server still has reserved it may use up.
        var filler = Path.Combine(_mount, "filler");
        Fill(filler);
        var acknowledged = new List<string> { "before" };
        var refused = 0;
        for (var post = 0; refused < 5; post++)
        {
            Assert.True(post < 2000, "The disk is full and posts are still taken.");
            using var answer = await server.PostAsync("prod", Body($"full-{post}"));
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                acknowledged.Add($"full-{post}");
                continue;
            }
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
            Assert.Contains("No room is left", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
            refused++;
        }
        // Whoever else pushes is put off in the same way.
        foreach (var sender in PushBodies.Senders)
        {
            var (status, retryAfter) = await PushAsync(server, sender, "full");
            Assert.True(status == HttpStatusCode.ServiceUnavailable && retryAfter >= TimeSpan.FromSeconds(1), $"{sender} was answered {status}.");
        }
        foreach (var path in new[] { "/healthz", "/readyz" })
            using (var health = await server.Http.GetAsync(path, Stop)) Assert.Equal(HttpStatusCode.OK, health.StatusCode);

        File.Delete(filler);
        await PostAsync(server, "after", HttpStatusCode.OK);
        acknowledged.Add("after");
        foreach (var sender in PushBodies.Senders)
        {
            Assert.Equal(HttpStatusCode.OK, (await PushAsync(server, sender, "full")).Status);
            using var bad = PushBodies.Request(sender, "prod", PushBodies.Of(sender, [], "no JSON"), null);
            using var answer = await server.Http.SendAsync(bad, Stop);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        await server.SettleAsync();
        Assert.Equal(["falco", "firehose", "pubsub", "webhook"], (await server.QuarantineAsync(4)).Select(q => q.GetProperty("source").GetString()!).Order(StringComparer.Ordinal));
        var ids = acknowledged.SelectMany(a => Enumerable.Range(0, 20).Select(i => $"{a}-{i}")).Concat(Ids("clusters", "full")).Concat(Ids("firehose", "full")).Concat(Ids("pubsub", "full")).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(ids, (await server.ListAsync("events")).Select(e => e.GetProperty("audit_id").GetString()!).Order(StringComparer.Ordinal));
        Assert.Equal(0, await server.TerminateAsync());
        var exported = await AuditWatchCommand.RunAsync("journal", "export", "--data", server.Data);
        Assert.Equal(ids, exported.Lines.Select(l => JsonElement.Parse(l).GetProperty("event").GetProperty("auditID").GetString()!).Order(StringComparer.Ordinal));
        Assert.Equal(20, (await AuditWatchCommand.RunAsync("journal", "export", "--data", server.Data, "--kind", "falco")).Lines.Length);
        Assert.Equal(0, (await AuditWatchCommand.RunAsync("journal", "verify", "--data", server.Data)).ExitCode);
        output.WriteLine($"{acknowledged.Count - 2} posts were taken on the full disk, {refused} put off, and every event of the acknowledged ones is there once.");
    }

    static IEnumerable<string> Ids(string sender, string post) => Enumerable.Range(0, 20).Select(i => $"{sender}-{post}-{i}");

    static async Task<(HttpStatusCode Status, TimeSpan? RetryAfter)> PushAsync(ServerProcess server, string sender, string post)
    {
        using var request = PushBodies.Request(sender, "prod", PushBodies.Of(sender, Ids(sender, post), noise: 600), null);
        using var answer = await server.Http.SendAsync(request, Stop);
        return (answer.StatusCode, answer.Headers.RetryAfter?.Delta);
    }

    static byte[] Body(string post) => Recorded.Body(Enumerable.Range(0, 20).Select(i => Encoding.UTF8.GetBytes(
        AuditLine.Of($"{post}-{i}", resource: "pods", more: $",\"annotations\":{{\"noise\":\"{Convert.ToHexString(System.Security.Cryptography.SHA512.HashData(Encoding.UTF8.GetBytes($"{post}-{i}")))}\"}}"))));

    static async Task PostAsync(ServerProcess server, string post, HttpStatusCode wanted)
    {
        using var answer = await server.PostAsync("prod", Body(post));
        Assert.Equal(wanted, answer.StatusCode);
    }

    static void Fill(string path)
    {
        using var filler = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        var page = new byte[4096];
        for (long at = 0; ; at += page.Length)
        {
            try
            {
                RandomAccess.Write(filler, page, at);
            }
            catch (IOException)
            {
                return;
            }
        }
    }

    static async Task<int> RunAsync(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            await process.WaitForExitAsync(Stop);
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1;
        }
    }
}
