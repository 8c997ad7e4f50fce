using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.Serving;

/// <summary>A real server follows a log that is written, rotated in every way and packed, while the server is killed again and again.</summary>
public sealed class FileTailTests(ITestOutputHelper output)
{
    const int Events = 500;
    readonly string _work = Directory.CreateTempSubdirectory("aw-tail").FullName;
    int _rotations;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    string Log => Path.Combine(_work, "audit", "audit.log");

    [Fact]
    public async Task Every_line_is_in_the_journal_once_and_alerts_are_those_of_a_scan_whoever_is_killed_and_whatever_is_rotated()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Log)!);
        var lines = Enumerable.Range(0, Events).Select(i => AuditLine.Of($"request-{i:D4}", received: Received(i), resource: i % 50 == 0 ? "secrets" : "pods").Replace("curl/8.1", "kubectl/v1.36.3", StringComparison.Ordinal)).ToList();
        var config = Path.Combine(_work, "auditwatch.yaml");
        await File.WriteAllTextAsync(config, $$"""
            sources:
              - name: control-plane
                type: file
                cluster: prod
                paths: [{{Log}}]
            """, Stop);
        var data = Path.Combine(_work, "data");
        await using var server = new ServerProcess(data, "http", "--config", config);
        await server.StartAsync();

        var random = new Random(20261125);
        var written = 0;
        for (var life = 0; life < 3; life++)
        {
            if (life > 0) await server.StartAsync();
            for (var step = 0; step < 12 && written < Events; step++)
            {
                var count = Math.Min(random.Next(1, 30), Events - written);
                await WriteAsync(lines.GetRange(written, count), random);
                written += count;
                if (step % 4 == 3) Rotate(random.Next(4));
                await Task.Delay(random.Next(1, 150), Stop);
            }
            if (life == 2) break;
            await server.KillAsync();
            // Written and rotated while nobody reads.
            var more = Math.Min(20, Events - written);
            await WriteAsync(lines.GetRange(written, more), random);
            written += more;
            Rotate(life);
            Rotate(life + 1);
        }
        await WriteAsync([.. lines.GetRange(written, Events - written), "{\"torn\":"], random);

        var source = await SourceAsync(server, s => s.GetProperty("events").GetInt64() == Events && s.GetProperty("quarantined").GetInt64() == 1 && s.GetProperty("lag_bytes").GetInt64() == 0);
        Assert.Equal(("file", "running", 0L, 1L), (source.GetProperty("type").GetString(), source.GetProperty("state").GetString(), source.GetProperty("gaps").GetInt64(), source.GetProperty("quarantined").GetInt64()));
        Assert.Equal((Received(0), Received(Events - 1)), (source.GetProperty("first_event").GetString(), source.GetProperty("last_event").GetString()));
        Assert.Equal(["malformed-json"], (await server.QuarantineAsync(1)).Select(q => q.GetProperty("reason").GetString()));
        await server.QuietAsync();
        var raised = (await server.ListAsync("alerts")).Select(a => a.GetProperty("alert_id").GetString()!).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(0, await server.TerminateAsync());

        var whole = Path.Combine(_work, "whole.log");
        await File.WriteAllLinesAsync(whole, lines, Stop);
        var scanned = await AuditWatchCommand.RunAsync("scan", whole, "--cluster", "prod", "--format", "ndjson");
        Assert.Equal(scanned.Lines.Select(l => JsonElement.Parse(l).GetProperty("alert_id").GetString()!).Order(StringComparer.Ordinal), raised);
        var exported = await AuditWatchCommand.RunAsync("journal", "export", "--data", data, "--limit", "0");
        Assert.Equal(Events, exported.Lines.Select(l => JsonElement.Parse(l).GetProperty("event").GetProperty("auditID").GetString()).Distinct().Count());
        Assert.Equal(Events, exported.Lines.Length);
        output.WriteLine($"{Events} events over {_rotations} rotations and 2 kills, {raised.Count} alerts.");
    }

    static string Received(int second) => new DateTime(2026, 11, 23, 9, 0, 0, DateTimeKind.Utc).AddSeconds(second).ToString("yyyy-MM-dd'T'HH:mm:ss.000001'Z'", CultureInfo.InvariantCulture);

    // In pieces that end anywhere, as a writer's buffer does.
    async Task WriteAsync(List<string> lines, Random random)
    {
        var bytes = AuditLine.Utf8(lines);
        await using var log = new FileStream(Log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 0);
        for (var at = 0; at < bytes.Length;)
        {
            var piece = Math.Min(random.Next(1, 20_000), bytes.Length - at);
            await log.WriteAsync(bytes.AsMemory(at, piece), Stop);
            at += piece;
        }
    }

    void Rotate(int how)
    {
        if (!File.Exists(Log)) return;
        _rotations++;
        // As the API server does it, and as logrotate does: audit-TIME.log, and audit.log-NUMBER behind a truncation.
        var rotated = how % 2 == 0 ? Path.Combine(_work, "audit", $"audit-2026-11-25T00-00-{_rotations:D2}.000.log") : $"{Log}-{_rotations:D3}";
        if (how % 2 == 0) File.Move(Log, rotated);
        else
        {
            File.Copy(Log, rotated);
            using var truncated = new FileStream(Log, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            truncated.SetLength(0);
        }
        if (how < 2) return;
        using (var packed = new GZipStream(File.Create(rotated + ".gz"), CompressionLevel.Fastest))
        using (var plain = File.OpenRead(rotated)) plain.CopyTo(packed);
        File.Delete(rotated);
    }

    static async Task<JsonElement> SourceAsync(ServerProcess server, Func<JsonElement, bool> holds)
    {
        for (var waited = 0; ; waited += 50)
        {
            var source = (await server.ListAsync("sources", "")).FirstOrDefault(s => s.GetProperty("source").GetString() == "control-plane");
            if (source.ValueKind == JsonValueKind.Object && holds(source)) return source;
            Assert.True(waited < 30_000, $"Waited in vain: {source}\n{server.Error}");
            await Task.Delay(50, Stop);
        }
    }
}
