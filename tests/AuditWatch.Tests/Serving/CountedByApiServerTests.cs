using System.Diagnostics;
using System.Text.Json;
using AuditWatch.Testing;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.Serving;

/// <summary>A real kube-apiserver says how many audit events it made; we have as many, though we were killed; and when it is stopped, its silence is an alert; so is a policy that records less.</summary>
public sealed class CountedByApiServerTests(ITestOutputHelper output) : IAsyncLifetime
{
    readonly string _work = Directory.CreateTempSubdirectory("aw-counted").FullName;
    KubeApiServer? _kube;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    KubeApiServer Kube => _kube ??= new KubeApiServer(Path.Combine(_work, "cluster"), 20006 + Environment.ProcessId % 20000);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => Kube.DisposeAsync();

    [Fact]
    public async Task As_many_events_as_the_API_server_counted_are_here_over_a_kill_and_its_silence_and_another_policy_are_alerts()
    {
        Assert.SkipUnless(Kit.Folder is not null, Kit.Missing);
        // Told to post before we are there, and before we have a certificate, which its start makes: the batches of its first seconds are sent again.
        var data = Path.Combine(_work, "data");
        var config = Path.Combine(_work, "auditwatch.yaml");
        await using var server = new ServerProcess(data, "https", "--config", config, "--tls-cert", Path.Combine(Kube.Pki, "receiver.crt"), "--tls-key", Path.Combine(Kube.Pki, "receiver.key"));
        var added = await AuditWatchCommand.RunAsync("clusters", "add", "kit", "--data", data, "--url", server.Url, "--format", "json");
        await File.WriteAllTextAsync(Path.Combine(_work, "webhook.yaml"), JsonElement.Parse(added.Output).GetProperty("kubeconfig").GetString()!
            .Replace("/clusters/kit", $"/clusters/kit\n    certificate-authority: {Kube.Pki}/ca.crt", StringComparison.Ordinal), Stop);
        await File.WriteAllTextAsync(Path.Combine(_work, "less.yaml"), """
            apiVersion: audit.k8s.io/v1
            kind: Policy
            omitStages: [RequestReceived]
            rules: [{level: Metadata}]
            """, Stop);
        string[] webhook = ["--webhook-config", Path.Combine(_work, "webhook.yaml"), "--flag", "--audit-webhook-batch-max-wait=1s", "--flag", "--audit-webhook-initial-backoff=2s"];
        await Kube.StartAsync(webhook);

        await File.WriteAllTextAsync(Path.Combine(_work, "token"), "admin-token\n", Stop);
        await File.WriteAllTextAsync(config, $$"""
            completeness:
              - {cluster: kit, silence: 5s, learn: 3s, metrics: ["{{Kube.MetricsUrl}}"], token_file: {{_work}}/token, ca_file: {{Kube.Pki}}/ca.crt, every: 1500ms}
            """, Stop);
        await server.StartAsync();

        // A first reading, then requests, then quiet.
        await CountedAsync(server, c => c.GetProperty("since").GetString() is not null);
        await Kube.UseAsync(1);
        var first = await CompleteAsync(server, c => c.GetProperty("api_server_says").GetInt64() >= 90 && Seconds(c) > 3);
        output.WriteLine($"API server says {first}, we have {first}.");

        await Kube.UseAsync(2);
        var killed = TimeProvider.System.GetUtcNow();
        await server.KillAsync();
        await Kube.UseAsync(3);
        await server.StartAsync();
        var second = await CompleteAsync(server, c => c.GetProperty("since").GetDateTimeOffset() < killed && c.GetProperty("api_server_says").GetInt64() >= 180);
        output.WriteLine($"After a kill: API server says {second}, we have {second}.");

        await Kube.StopAsync();
        await AlertAsync(server, a => Name(a) == "cluster-silent" && Status(a) == "new");
        await CountedAsync(server, c => c.GetProperty("state").GetString() == "no-answer");
        Assert.DoesNotContain(await server.ListAsync("alerts"), a => Name(a) == "audit-events-missing");

        // Started again with a policy that records less: the silence is over, and what is no longer recorded is an alert.
        await Kube.StartAsync([.. webhook, "--policy", Path.Combine(_work, "less.yaml")]);
        await Kube.UseAsync(4);
        var less = await AlertAsync(server, a => Name(a) == "audit-policy-records-less");
        output.WriteLine(less.GetProperty("sentence").GetString()!);
        // Which requests are told of first is up to the API server: its own at its start, or ours.
        Assert.Matches("[a-z]+ [a-z0-9./]+: .*→ Metadata", less.GetProperty("sentence").GetString()!);
        await AlertAsync(server, a => Name(a) == "cluster-silent" && Status(a) == "closed");
    }

    static double Seconds(JsonElement comparison) => (comparison.GetProperty("as_of").GetDateTimeOffset() - comparison.GetProperty("since").GetDateTimeOffset()).TotalSeconds;

    static string? Name(JsonElement alert) => alert.GetProperty("rule").GetProperty("name").GetString();

    static string? Status(JsonElement alert) => alert.GetProperty("status").GetString();

    // Exact: nothing else happened at the moments of the readings that are compared.
    async Task<long> CompleteAsync(ServerProcess server, Func<JsonElement, bool> holds)
    {
        var found = await CountedAsync(server, c => c.GetProperty("state").GetString() == "complete" && c.GetProperty("edge").GetInt64() == 0 && holds(c));
        Assert.Equal(found.GetProperty("api_server_says").GetInt64(), found.GetProperty("we_have").GetInt64());
        Assert.Equal(0, found.GetProperty("missing").GetInt64());
        return found.GetProperty("we_have").GetInt64();
    }

    async Task<JsonElement> CountedAsync(ServerProcess server, Func<JsonElement, bool> holds)
    {
        for (var watch = Stopwatch.StartNew(); ;)
        {
            var rows = await server.ListAsync("sources");
            if (rows.Count > 0 && rows[0].TryGetProperty("comparison", out var comparison) && holds(comparison)) return comparison;
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(120), $"The comparison did not become as wanted:\n{string.Join('\n', rows)}\n{server.Error}");
            await Task.Delay(50, Stop);
        }
    }

    static async Task<JsonElement> AlertAsync(ServerProcess server, Func<JsonElement, bool> holds)
    {
        for (var watch = Stopwatch.StartNew(); ;)
        {
            var rows = await server.ListAsync("alerts");
            if (rows.Where(holds).Take(1).ToList() is [var found]) return found;
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(90), $"No alert as wanted.\n{server.Error}");
            await Task.Delay(50, Stop);
        }
    }
}
