using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using AuditWatch.Testing;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.Serving;

/// <summary>A real kube-apiserver posts to us over TLS with a bearer token, while we are killed and started again.</summary>
public sealed class RealApiServerTests(ITestOutputHelper output) : IAsyncLifetime
{
    readonly string _work = Directory.CreateTempSubdirectory("aw-kube").FullName;
    KubeApiServer? _kube;

    KubeApiServer Kube => _kube ??= new KubeApiServer(Path.Combine(_work, "cluster"), 20000 + Environment.ProcessId % 20000);

    string Log => Path.Combine(_work, "audit.log");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => Kube.DisposeAsync();

    [Fact]
    public async Task What_its_audit_log_has_is_in_our_journal_once_however_often_we_are_killed()
    {
        Assert.SkipUnless(Kit.Folder is not null, Kit.Missing);
        await Kube.StartAsync();
        await Kube.StopAsync(); // the first start made the certificates

        var pki = Kube.Pki;
        var data = Path.Combine(_work, "data");
        await using var server = new ServerProcess(data, "https", "--tls-cert", Path.Combine(pki, "receiver.crt"), "--tls-key", Path.Combine(pki, "receiver.key"));
        var added = await AuditWatchCommand.RunAsync("clusters", "add", "kit", "--data", data, "--url", server.Url, "--ca", Path.Combine(pki, "ca.crt"), "--format", "json");
        Assert.Equal(0, added.ExitCode);
        using (var credential = JsonDocument.Parse(added.Output))
            await File.WriteAllTextAsync(Path.Combine(_work, "webhook.yaml"), credential.RootElement.GetProperty("kubeconfig").GetString(), TestContext.Current.CancellationToken);

        await server.StartAsync();
        await Kube.StartAsync("--webhook-config", Path.Combine(_work, "webhook.yaml"), "--log", Log, "--flag", "--audit-webhook-batch-max-wait=1s", "--flag", "--audit-webhook-initial-backoff=5s");
        for (var kill = 0; kill < 4; kill++)
        {
            await Kube.UseAsync(kill);
            await server.KillAsync();
            await Kube.UseAsync(kill + 100);
            await server.StartAsync();
        }
        await Kube.UseAsync(1000);

        // What happened until now must arrive: batches wait a second, a failed one five to seventeen. What the server itself gave up, it says.
        var until = Count(Lines(File.ReadAllText(Log)));
        var watch = Stopwatch.StartNew();
        Dictionary<string, int> journaled;
        List<string> missing;
        do
        {
            await Task.Delay(1000, TestContext.Current.CancellationToken);
            var export = await AuditWatchCommand.RunAsync("journal", "export", "--data", data, "--cluster", "kit");
            journaled = Count(export.Lines.Select(l => JsonDocument.Parse(l).RootElement.GetProperty("event")));
            missing = [.. until.Where(e => journaled.GetValueOrDefault(e.Key) < e.Value).Select(e => e.Key)];
        }
        while (missing.Count > GivenUp() && watch.Elapsed < TimeSpan.FromSeconds(120));

        Assert.True(missing.Count <= GivenUp(), $"{missing.Count} events are missing, and the API server gave up {GivenUp()}.");
        Assert.All(until, e => Assert.True(journaled.GetValueOrDefault(e.Key) <= e.Value, $"{e.Key} is in the journal more often than it happened."));
        Assert.True(until.Count > 300, $"The API server logged only {until.Count} events.");
        await server.SettleAsync();
        output.WriteLine($"{until.Values.Sum()} events in the audit log, {missing.Count} missing of {GivenUp()} that it gave up itself, the rest in the journal once, after 4 kills.");
    }

    int GivenUp() => Directory.GetFiles(Kube.Folder, "*.log").SelectMany(File.ReadLines)
        .Select(l => Regex.Match(l, "Error in audit plugin 'webhook' affecting ([0-9]+) audit events", RegexOptions.NonBacktracking)).Where(m => m.Success)
        .Sum(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture));

    /// <summary>An event is told by everything the API server stamped on it.</summary>
    static Dictionary<string, int> Count(IEnumerable<JsonElement> events)
    {
        var counts = new Dictionary<string, int>();
        foreach (var e in events)
        {
            var key = string.Join('|', e.GetProperty("auditID").GetString(), e.GetProperty("stage").GetString(), e.GetProperty("stageTimestamp").GetString(), e.GetProperty("verb").GetString());
            counts[key] = counts.GetValueOrDefault(key) + 1;
        }
        return counts;
    }

    // The log's last line may still be being written.
    static IEnumerable<JsonElement> Lines(string log) => log[..(log.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement);
}
