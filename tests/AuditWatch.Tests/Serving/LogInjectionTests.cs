using System.Net;
using System.Text;
using System.Text.Json;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.Serving;

/// <summary>What an attacker writes into names and agents stays inside its field, in logs and on terminals.</summary>
public sealed class LogInjectionTests
{
    const string Half = "\\ud800\\u200eh\\udc00\\u202e";
    const string Hostile = "x\\n{\\\"level\\\":\\\"error\\\",\\\"message\\\":\\\"injected\\\"}\\r\\u001b[31mred\\u001b]0;title\\u0007\\u202eevil\\u2028\\u0085\\u0000\\ud800";

    [Fact]
    public async Task Logs_stay_one_object_a_line_and_tables_carry_no_control_characters()
    {
        var data = Path.Combine(Directory.CreateTempSubdirectory("aw-inject").FullName, "data");
        await using var server = new ServerProcess(data);
        await server.StartAsync();
        var item = AuditLine.Of(Hostile, user: Hostile, more: $$""","annotations":{"authorization.k8s.io/reason":"{{Half}}","authorization.k8s.io/decisio{{Half}}":"{{Hostile}}","{{Half}}":"{{Half}}"}""")
            .Replace("\"groups\":[", $"\"extra\":{{\"authentication.kubernetes.io/credential-id\":[\"{Half}\"],\"authentication.kubernetes.io/pod-name\":[\"{Half}{new string('A', 100_000)}\"]}},\"groups\":[\"{Half}\",", StringComparison.Ordinal).Replace("\"curl/8.1\"", $"\"{Hostile}\"", StringComparison.Ordinal).Replace("\"name\":\"db\"", $"\"name\":\"{Hostile}\"", StringComparison.Ordinal);
        foreach (var body in new[] { Recorded.Body([Encoding.UTF8.GetBytes(item)]), Encoding.UTF8.GetBytes(item[..^5]), Encoding.UTF8.GetBytes("\n{\"level\":\"error\"}\n\u001b[31m") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/ingest/v1/clusters/prod") { Content = new ByteArrayContent(body) };
            request.Headers.TryAddWithoutValidation("User-Agent", "\u001b[31m{\"a\":1}");
            request.Headers.TryAddWithoutValidation("Audit-ID", "{\"level\":\"error\"}");
            using var answer = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        using (await server.Http.PostAsync("/ingest/v1/clusters/%0a%7b%22level%22:1%7d%1b[31m", new ByteArrayContent([]), TestContext.Current.CancellationToken))
        using (await server.Http.GetAsync("/api/v1/events/%0a%1b[31m", TestContext.Current.CancellationToken)) await server.SettleAsync();
        Assert.Single(await server.ListAsync("events"));

        File.WriteAllBytes(Path.Combine(data, "..", "a.log"), AuditLine.Utf8(item, item[..^5]));
        string[][] commands =
        [
            ["events", "search", "--server", server.Url], ["alerts", "list", "--server", server.Url], ["quarantine", "list", "--server", server.Url],
            ["sql", "select * from events", "--server", server.Url], ["scan", Path.Combine(data, "..", "a.log"), "--rules", AuditLine.Rules()],
        ];
        foreach (var command in commands)
        {
            var shown = await AuditWatchCommand.RunAsync([.. command, "--format", "table"]);
            Assert.NotEmpty(shown.Lines);
            foreach (var text in new[] { shown.Output, shown.Error })
                Assert.DoesNotContain(text, c => c is not ('\n' or '\t') && (char.IsControl(c) || c is '\u202e' or '\u2028'));
            Assert.Equal(-1, shown.Output.IndexOf("\n{\"level\"", StringComparison.Ordinal));
            Assert.All(shown.Lines, line => Assert.InRange(line.Length, 0, 20_000));
            var rows = await AuditWatchCommand.RunAsync([.. command, "--format", "ndjson"]);
            Assert.DoesNotContain(rows.Output, c => c != '\n' && (char.IsControl(c) || char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.Format));
            Assert.All(rows.Lines, line => JsonDocument.Parse(line).Dispose());
        }

        Assert.Equal(0, await server.TerminateAsync());
        foreach (var line in server.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("AuditWatch listens on ", StringComparison.Ordinal) || line == "Draining.") continue;
            using var logged = JsonDocument.Parse(line);
            Assert.True(logged.RootElement.TryGetProperty("category", out _), line);
        }
    }
}
