using System.Formats.Tar;
using System.Text.Json;
using AuditWatch.Testing;
using AuditWatch.Tests.Running;
using Xunit;
using ZstdSharp;

namespace AuditWatch.Tests.Upgrading;

/// <summary>A data folder that an earlier version left (<c>.ci/old-data</c> writes it with that version's own program), opened with this one: nothing that was in it is missing or changed, and it is backed up and put back.</summary>
public sealed class UpgradeTests : IAsyncLifetime
{
    readonly string _place = Directory.CreateTempSubdirectory("aw-upgrade").FullName;
    ServerProcess? _server, _second;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    string Data => Path.Combine(_place, "data");

    public async ValueTask InitializeAsync()
    {
        await using var file = File.OpenRead(Path.Combine(Checkout.Root, "tests", "AuditWatch.Tests", "Upgrading", "data.tar.zst"));
        await using var unpacked = new DecompressionStream(file);
        await TarFile.ExtractToDirectoryAsync(unpacked, _place, overwriteFiles: false, Stop);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        if (_second is not null) await _second.DisposeAsync();
    }

    [Fact]
    public async Task What_an_earlier_version_left_is_all_there_goes_on_and_comes_back_from_a_backup()
    {
        _server = new ServerProcess(Data, "http");
        await _server.StartAsync();
        await _server.QuietAsync();
        await LooksAsItWasAsync(_server);

        // It goes on where it was: a request like one that was told is told.
        var before = (await _server.ListAsync("alerts")).Count;
        using (var posted = await _server.PostAsync("cluster-0", Recorded.Body([AuditLine.Utf8(AuditLine.Of("after-the-upgrade", user: "mallory", resource: "secrets"))])))
            Assert.True(posted.IsSuccessStatusCode);
        await _server.QuietAsync();
        Assert.Single(await _server.ListAsync("events", "limit=0&audit_id=after-the-upgrade"));
        Assert.True((await _server.ListAsync("alerts")).Count >= before);

        var (backup, restored) = (Path.Combine(_place, "backup"), Path.Combine(_place, "restored"));
        await DoneAsync("backup", backup, "--data", Data);
        var answers = await AnswersAsync(_server);
        Assert.Equal(0, await _server.TerminateAsync());
        await DoneAsync("journal", "verify", "--data", Data);
        await DoneAsync("restore", backup, "--data", restored);
        await DoneAsync("journal", "verify", "--data", restored);
        _second = new ServerProcess(restored, "http");
        await _second.StartAsync();
        await _second.QuietAsync();
        await LooksAsItWasAsync(_second);
        Assert.Equal(answers, await AnswersAsync(_second));
    }

    [Fact]
    public async Task A_state_that_a_newer_version_wrote_is_refused_with_a_sentence()
    {
        await DoneAsync("alerts", "list", "--data", Data, "--limit", "1");   // brings it up to date
        await using (var state = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(Data, "state.db")};Pooling=False"))
        {
            await state.OpenAsync(Stop);
            await using var command = state.CreateCommand();
            command.CommandText = "insert into SchemaVersions (ScriptName, Applied) values ('AuditWatch.Storage.State.Migrations.9999_of_tomorrow.sql', '2030-01-01')";
            await command.ExecuteNonQueryAsync(Stop);
        }
        var before = await File.ReadAllBytesAsync(Path.Combine(Data, "state.db"), Stop);
        foreach (string[] words in (string[][])[["serve", "--data", Data, "--listen", "http://127.0.0.1:0"], ["alerts", "list", "--data", Data]])
        {
            var refused = await AuditWatchCommand.RunAsync(words);
            Assert.Equal(2, refused.ExitCode);
            Assert.Contains("9999_of_tomorrow", refused.Error, StringComparison.Ordinal);
            Assert.Contains("newer", refused.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", refused.Error, StringComparison.Ordinal);
        }
        Assert.Equal(before, await File.ReadAllBytesAsync(Path.Combine(Data, "state.db"), Stop));
    }

    JsonElement Noted(string file) => JsonElement.Parse(File.ReadAllBytes(Path.Combine(_place, file)));

    // What detection of today makes of the same events may be more (rules are added); what was told stays as it was.
    async Task LooksAsItWasAsync(ServerProcess server)
    {
        var alerts = (await server.ListAsync("alerts")).ToDictionary(a => a.GetProperty("alert_id").GetString()!);
        var noted = Noted("alerts.json").EnumerateArray().ToList();
        Assert.True(noted.Count > 5);
        Assert.All(noted, old =>
        {
            var now = alerts[old.GetProperty("alert_id").GetString()!];
            foreach (var name in new[] { "time", "cluster", "level", "sentence", "status", "audit_ids", "count", "evidence" })
                Assert.Equal((name, old.GetProperty(name).GetRawText()), (name, now.GetProperty(name).GetRawText()));
            foreach (var name in new[] { "resolution", "assignee", "tags", "notes" })
                Assert.Equal((name, old.GetProperty("triage").GetProperty(name).GetRawText()), (name, now.GetProperty("triage").GetProperty(name).GetRawText()));
        });

        var incidents = (await server.ListAsync("incidents")).Select(i => i.GetProperty("incident_id").GetString());
        Assert.Empty(Noted("incidents.json").EnumerateArray().Select(i => i.GetProperty("incident_id").GetString()).Except(incidents));
        var events = (await server.ListAsync("events")).Select(e => e.GetProperty("event_id").GetString()).ToList();
        var kept = Noted("events.json").EnumerateArray().Select(e => e.GetString()).ToList();
        Assert.True(kept.Count > 1000);
        Assert.Empty(kept.Except(events));
        Assert.Equal(
            Noted("quarantine.json").EnumerateArray().Select(q => (q.GetProperty("id").GetString(), q.GetProperty("reason").GetString())),
            (await server.ListAsync("quarantine")).Select(q => (q.GetProperty("id").GetString(), q.GetProperty("reason").GetString())));
        foreach (var line in await File.ReadAllLinesAsync(Path.Combine(_place, "triaged.ndjson"), Stop))
        {
            var old = JsonElement.Parse(line);
            using var shown = JsonDocument.Parse(await server.Http.GetByteArrayAsync($"/api/v1/alerts/{old.GetProperty("alert_id")}", Stop));
            var history = shown.RootElement.GetProperty("history").EnumerateArray().ToList();
            var was = old.GetProperty("history").EnumerateArray().ToList();
            Assert.True(was.Count > 0 && was.Count == history.Count);
            foreach (var (then, now) in was.Zip(history))
                Assert.All(then.EnumerateObject(), member => Assert.Equal(member.Value.GetRawText(), now.GetProperty(member.Name).GetRawText()));
        }
    }

    static async Task<List<string>> AnswersAsync(ServerProcess server) =>
        [.. (await server.ListAsync("alerts")).Select(a => a.GetRawText()).Order(StringComparer.Ordinal), .. (await server.ListAsync("events")).Select(e => e.GetProperty("event_id").GetString()!).Order(StringComparer.Ordinal)];

    static async Task DoneAsync(params string[] words)
    {
        var run = await AuditWatchCommand.RunAsync(words);
        Assert.True(run.ExitCode == 0, $"{string.Join(' ', words)}: {run.ExitCode}\n{run.Error}");
    }
}
