using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.Serving;

/// <summary>
/// The webhook, Falco, Firehose and Pub/Sub against a server that puts them off, is killed and takes their credential back: what was acknowledged is there once, what was not could
/// be sent again, and what came is stored or in quarantine.
/// </summary>
public sealed class PushFaultTests(ITestOutputHelper output) : IAsyncDisposable
{
    const int RecordsEach = 3, PostsBefore = 25, PostsAfter = 15;
    readonly ServerProcess _server = new(Path.Combine(Directory.CreateTempSubdirectory("aw-push-faults").FullName, "data"), "http", [("AUDITWATCH_JOURNAL__HIGH_WATER", "1")]);
    readonly Dictionary<HttpStatusCode, int> _answers = [];
    string _token = "";
    int _silent;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Put_off_killed_and_with_a_credential_that_is_changed_nothing_acknowledged_is_lost_and_nothing_doubled()
    {
        _token = await AddTokenAsync("--data", _server.Data);
        var ageOfFirst = Stopwatch.StartNew();
        var server = _server;
        await server.StartAsync();
        using var killed = new SemaphoreSlim(0);
        var sending = PushBodies.Senders.Select(sender => Task.Run(() => SendAsync(sender, 0, PostsBefore, killed), Stop)).ToList();
        foreach (var _ in sending) await killed.WaitAsync(Stop);
        await server.KillAsync();
        await server.StartAsync();
        await Task.WhenAll(sending);

        // A second token beside the first, then the first is taken back: who did not change over is told so, and loses nothing by it.
        var ageOfSecond = Stopwatch.StartNew();
        var old = _token;
        _token = await AddTokenAsync("--server", server.Url);
        foreach (var sender in PushBodies.Senders) await TakenAsync(sender, PushBodies.Of(sender, [$"{sender}-old-token"]), old);
        // Half way between the two: the request takes its time.
        using (var asked = new StringContent($"{{\"older_than\":\"{(ageOfFirst.ElapsedMilliseconds + ageOfSecond.ElapsedMilliseconds) / 2}ms\"}}", Encoding.UTF8, "application/json"))
        using (var revoked = await server.Http.PostAsync("/api/v1/clusters/prod/revoke", asked, Stop))
            Assert.Equal("""{"cluster":"prod","revoked":1,"left":1}""", await revoked.Content.ReadAsStringAsync(Stop));
        foreach (var sender in PushBodies.Senders) Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(sender, PushBodies.Of(sender, [$"{sender}-refused"]), old));
        await Task.WhenAll(PushBodies.Senders.Select(sender => SendAsync(sender, PostsBefore, PostsBefore + PostsAfter, null)));
        foreach (var sender in PushBodies.Senders) await TakenAsync(sender, PushBodies.Of(sender, [], "no JSON"), _token);
        var none = await AuditWatchCommand.RunAsync("clusters", "revoke", "prod", "--server", server.Url);
        Assert.Equal((0, """{"cluster":"prod","revoked":1,"left":0}"""), (none.ExitCode, none.Output.Trim()));
        foreach (var sender in PushBodies.Senders) Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(sender, PushBodies.Of(sender, [$"{sender}-refused"]), _token));
        Assert.True(_answers.GetValueOrDefault(HttpStatusCode.TooManyRequests) > 0, "Nothing was put off, so nothing was shown of it.");
        Assert.True(_silent > 0, "No post died with the server, so nothing was shown of it.");

        await server.SettleAsync();
        var quarantined = await server.QuarantineAsync(4);
        Assert.Equal(["falco", "firehose", "pubsub", "webhook"], quarantined.Select(q => q.GetProperty("source").GetString()!).Order(StringComparer.Ordinal));
        Assert.All(quarantined, q => Assert.Contains(q.GetProperty("reason").GetString(), (string[])["malformed-json", "not-an-audit-event"]));
        Assert.Equal(0, await server.TerminateAsync());
        var sent = PushBodies.Senders.ToDictionary(s => s, s => Enumerable.Range(0, PostsBefore + PostsAfter).SelectMany(post => Ids(s, post)).Append($"{s}-old-token").ToList());
        var events = await AuditWatchCommand.RunAsync("journal", "export", "--data", server.Data, "--limit", "0");
        Assert.Equal(sent["clusters"].Concat(sent["firehose"]).Concat(sent["pubsub"]).Order(StringComparer.Ordinal), events.Lines.Select(l => JsonElement.Parse(l).GetProperty("event").GetProperty("auditID").GetString()!).Order(StringComparer.Ordinal));
        var alerts = await AuditWatchCommand.RunAsync("journal", "export", "--data", server.Data, "--kind", "falco", "--limit", "0");
        Assert.Equal(sent["falco"].Count, alerts.Lines.Length);
        Assert.All(sent["falco"], id => Assert.Single(alerts.Lines, l => l.Contains($"\"{id} ", StringComparison.Ordinal)));
        output.WriteLine($"{sent.Sum(s => s.Value.Count)} records of four senders; answers {string.Join(", ", _answers.Select(a => $"{a.Key} {a.Value}"))}, {_silent} posts without one.");
    }

    static IEnumerable<string> Ids(string sender, int post) => Enumerable.Range(0, RecordsEach).Select(i => string.Create(CultureInfo.InvariantCulture, $"{sender}-{post:D4}-{i}"));

    // Each post until it is acknowledged; says when it is half-way, and goes on.
    async Task SendAsync(string sender, int from, int to, SemaphoreSlim? halfway)
    {
        for (var post = from; post < to; post++)
        {
            var body = PushBodies.Of(sender, Ids(sender, post));
            await TakenAsync(sender, body, _token);
            if (post == (from + to) / 2) halfway?.Release();
        }
    }

    async Task TakenAsync(string sender, byte[] body, string token)
    {
        for (var status = await PostAsync(sender, body, token); status != HttpStatusCode.OK; status = await PostAsync(sender, body, token))
        {
            Assert.True(status is null or HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable, $"{sender} was answered {status}.");
            await Task.Delay(30, Stop);
        }
    }

    async Task<HttpStatusCode?> PostAsync(string sender, byte[] body, string token)
    {
        try
        {
            using var request = PushBodies.Request(sender, "prod", body, token);
            using var answer = await _server.Http.SendAsync(request, Stop);
            lock (_answers) _answers[answer.StatusCode] = _answers.GetValueOrDefault(answer.StatusCode) + 1;
            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            Interlocked.Increment(ref _silent);
            return null;
        }
    }

    static async Task<string> AddTokenAsync(params string[] where)
    {
        var added = await AuditWatchCommand.RunAsync(["clusters", "add", "prod", "--format", "json", .. where]);
        Assert.True(added.ExitCode == 0, added.Error);
        return JsonElement.Parse(added.Output).GetProperty("token").GetString()!;
    }
}
