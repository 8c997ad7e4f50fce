using System.Text;
using System.Text.Json;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Events;
using AuditWatch.Events.Health;
using AuditWatch.Events.Model;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Sources;
using AuditWatch.Server.Completeness;
using AuditWatch.Server.Configuration;
using AuditWatch.Server.Hosting;
using AuditWatch.Server.Queries;
using AuditWatch.Server.Roles;
using AuditWatch.Server.Sources;
using AuditWatch.Storage.State;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AuditWatch.Server.Tests.Roles;

/// <summary>The accounts of API servers where several processes take in and several keep the accounts.</summary>
public sealed class CompletenessRoleTests : IAsyncLifetime
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;
    readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeSeconds(1_767_100_000));
    readonly OwnedLedgers _ledgers = new();
    SharedStores _stores = null!;

    public async ValueTask InitializeAsync()
    {
        var folder = DataFolder.Own(Directory.CreateTempSubdirectory("aw-completeness").FullName);
        _stores = new SharedStores
        {
            Folder = folder, State = await StateStore.OpenEmbeddedAsync(folder.Path, _clock, null, Stop), Journal = LocalJournal.Open(folder.Journal, new LocalJournalOptions(), _clock),
            Rules = null, Symbols = new SymbolTable(), Elasticsearch = null!, Receivers = null, Baselines = _ => null,
        };
    }

    [Fact]
    public async Task Silence_is_told_once_while_somebody_takes_in_not_while_nobody_does_and_not_again_by_the_next_owner()
    {
        await _stores.Journal.AppendAsync(new JournalBatch("a", "webhook", "", RecordKind.Audit, [Encoding.UTF8.GetBytes("""{"auditID":"1","stage":"ResponseComplete"}""")]) { ApiServer = "one" }, Stop);
        await using (var first = await RoleAsync())
        {
            // Nobody takes posts: that nothing comes is our own fault.
            for (var i = 0; i < 40; i++) await StepAsync(heard: false);
            Assert.Empty(await SilencesAsync());
            for (var i = 0; (await SilencesAsync()).Count == 0; i++) await StepAsync(heard: true);
            for (var i = 0; i < 5; i++) await StepAsync(heard: true);
            Assert.Single(await SilencesAsync());
        }
        await using var second = await RoleAsync();
        for (var i = 0; i < 20; i++) await StepAsync(heard: true);
        Assert.Single(await SilencesAsync());
    }

    [Fact]
    public async Task Sources_and_API_servers_are_shown_as_all_processes_know_them_together()
    {
        await _stores.Journal.AppendAsync(new JournalBatch("a", "hub", "", RecordKind.Audit, [Encoding.UTF8.GetBytes("""{"auditID":"1","stage":"ResponseComplete"}""")]) { ApiServer = "one" }, Stop);
        await (await RoleAsync()).DisposeAsync();   // saves what it has
        foreach (var (owner, state, partition, repeats) in new[] { ("one", SourceState.Running, "t/0", 3), ("two", SourceState.Failing, "t/1", 4) })
        {
            await IngestReport.SaveAsync(_stores.State, owner, new IngestReport(false, [new SourceReport("hub", "kafka", "a", state)
            {
                Lag = 5, Errors = 1, Lost = 2, LastError = owner, LastErrorAt = _clock.GetUtcNow(), Partitions = [new PartitionStanding(partition, 7, 5)],
            }]), Stop);
            await _stores.State.AddRepeatsAsync([new ApiServerRepeats("a", "hub", "one", repeats)], Stop);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }
        var queries = new LocalQueries(_stores.Folder, _stores.State, null, _clock, null) { IsOneOfSeveral = true, CompletenessReaders = [CompletenessRole.ReaderOf("0")] };

        using var server = JsonDocument.Parse(Assert.Single((await queries.ListAsync("api-servers", new Dictionary<string, string>(), Stop)).Rows));
        Assert.Equal(("one", 1, 7), (server.RootElement.GetProperty("api_server").GetString(), server.RootElement.GetProperty("events").GetInt64(), server.RootElement.GetProperty("repeats").GetInt64()));
        using var source = JsonDocument.Parse(Assert.Single((await queries.ListAsync("sources", new Dictionary<string, string>(), Stop)).Rows));
        var row = source.RootElement;
        Assert.Equal(("running", 1, 10, 4, "two"),
            (row.GetProperty("state").GetString(), row.GetProperty("events").GetInt64(), row.GetProperty("lag").GetInt64(), row.GetProperty("lost").GetInt64(), row.GetProperty("last_error").GetString()));
        Assert.Equal(["t/0", "t/1"], row.GetProperty("partitions").EnumerateArray().Select(p => p.GetProperty("partition").GetString()));

        // A process that is gone is soon not counted any more; what the journal has stays.
        _clock.Advance(TimeSpan.FromMinutes(1));
        using var later = JsonDocument.Parse(Assert.Single((await queries.ListAsync("sources", new Dictionary<string, string>(), Stop)).Rows));
        Assert.Equal((JsonValueKind.Null, 1), (later.RootElement.GetProperty("state").ValueKind, later.RootElement.GetProperty("events").GetInt64()));
    }

    public async ValueTask DisposeAsync()
    {
        await _stores.Journal.DisposeAsync();
        await _stores.State.DisposeAsync();
        _stores.Folder.Dispose();
        Directory.Delete(_stores.Folder.Path, recursive: true);
    }

    async Task<Running> RoleAsync()
    {
        var config = new AuditWatchConfig { Completeness = [new CompletenessConfig("a") { Silence = TimeSpan.FromMinutes(5) }] };
        var role = new CompletenessRole(_stores, new OwnedPartitions(), _ledgers, config, _clock, NullLoggerFactory.Instance);
        await role.StartAsync(Stop);
        // It has the event before the clock goes on.
        while (!_ledgers.All.Any(l => l.Read(0).Any(v => v.Events == 1))) await Task.Delay(5, Stop);
        return new Running(role);
    }

    async Task StepAsync(bool heard)
    {
        if (heard) await IngestReport.SaveAsync(_stores.State, "an ingester", new IngestReport(false, []), Stop);
        _clock.Advance(TimeSpan.FromSeconds(15));
        await Task.Delay(10, Stop);
    }

    async Task<List<string>> SilencesAsync()
    {
        var told = new List<string>();
        await foreach (var frame in _stores.Journal.ReadAsync(EventPosition.Start, follow: false, Stop))
            if (frame.Kind == RecordKind.Health) told.AddRange(frame.Records.Select(r => Encoding.UTF8.GetString(r.Span)).Where(f => f.Contains(HealthFact.Silent, StringComparison.Ordinal)));
        return told;
    }

    sealed class Running(CompletenessRole role) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await role.StopAsync(CancellationToken.None);
            role.Dispose();
        }
    }
}
