using System.Net;
using System.Text;
using System.Text.Json;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.Serving;

/// <summary>From credential to answer: tests that change their server or end it.</summary>
public sealed class OwnServerTests : IAsyncLifetime
{
    readonly ServerProcess _server = new(Path.Combine(Directory.CreateTempSubdirectory("aw-serve").FullName, "data"));

    public async ValueTask InitializeAsync() => await _server.StartAsync();

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task From_the_first_credential_on_every_post_needs_one_and_nobody_writes_as_another()
    {
        var body = Recorded.Body(Recorded.Lines().Take(3));
        using (var open = await _server.PostAsync("anyone", body)) Assert.Equal(HttpStatusCode.OK, open.StatusCode);
        var added = await AuditWatchCommand.RunAsync("clusters", "add", "prod", "--server", _server.Url, "--format", "json");
        Assert.Equal(0, added.ExitCode);
        using var credential = JsonDocument.Parse(added.Output);
        var token = credential.RootElement.GetProperty("token").GetString()!;
        Assert.Equal(["cluster", "token", "kubeconfig", "flags"], credential.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.Contains(token, credential.RootElement.GetProperty("kubeconfig").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, (await AuditWatchCommand.RunAsync("clusters", "add", "other", "--server", _server.Url)).ExitCode);

        async Task<HttpStatusCode> Post(string cluster, string? bearer)
        {
            using var answer = await _server.PostAsync(cluster, body, bearer);
            return answer.StatusCode;
        }

        Assert.Equal(HttpStatusCode.OK, await Post("prod", token));
        Assert.Equal(HttpStatusCode.Unauthorized, await Post("prod", null));
        Assert.Equal(HttpStatusCode.Unauthorized, await Post("prod", "wrong"));
        Assert.Equal(HttpStatusCode.Forbidden, await Post("other", token));
        Assert.Equal(HttpStatusCode.NotFound, await Post("unheard-of", token));
        await _server.SettleAsync();
        Assert.Equal(6, (await _server.ListAsync("events")).Count);
        foreach (var file in Directory.GetFiles(_server.Data, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith("lock", StringComparison.Ordinal)))
            Assert.True(ReadShared(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(token)) < 0, $"{file} holds the token.");
    }

    [Fact]
    public async Task The_same_questions_are_answered_by_server_and_by_data_folder()
    {
        foreach (var body in Recorded.Bodies(400)) (await _server.PostAsync("prod", body)).Dispose();
        await _server.QuietAsync();

        string[][] questions =
        [
            ["events", "search", "--resource", "secrets", "--verb", "list"], ["events", "search", "--limit", "0", "--order", "asc"], ["alerts", "list", "--min-level", "high"],
            ["sql", "select verb, count(*) as n from events group by all order by n desc, verb"], ["quarantine", "list"], ["clusters", "list"], ["sources", "status"],
        ];
        var fromServer = new List<string>();
        foreach (var question in questions)
        {
            var answer = await AuditWatchCommand.RunAsync([.. question, "--server", _server.Url]);
            Assert.Equal(0, answer.ExitCode);
            fromServer.Add(answer.Output);
        }
        Assert.NotEmpty(fromServer[0]);
        Assert.NotEmpty(fromServer[2]);

        var busy = await AuditWatchCommand.RunAsync("alerts", "list", "--data", _server.Data);
        Assert.Equal(4, busy.ExitCode);
        Assert.Contains("--server", busy.Error, StringComparison.Ordinal);

        Assert.Equal(0, await _server.TerminateAsync());
        for (var i = 0; i < questions.Length; i++) Assert.Equal(Timeless(fromServer[i]), Timeless((await AuditWatchCommand.RunAsync([.. questions[i], "--data", _server.Data])).Output));

        // The rate is the present one; it falls while nothing comes.
        static string Timeless(string output) => System.Text.RegularExpressions.Regex.Replace(output, "\"rate\":[0-9.eE-]+", "\"rate\":0");
    }

    internal static byte[] ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
