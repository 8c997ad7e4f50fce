using System.Text;
using AuditWatch.Ingest.Pipeline;
using AuditWatch.Ingest.Sources;
using AuditWatch.Ingest.Sources.EventHubs;
using AuditWatch.Ingest.Tests.Pipeline;
using AuditWatch.Testing;
using Azure.Messaging.EventHubs;
using Azure.Messaging.EventHubs.Producer;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace AuditWatch.Ingest.Tests.Sources;

/// <summary>The official client against a server that speaks as Event Hubs does, and fails on demand.</summary>
[Collection("faults of the Event Hubs server are for all of its hubs")]
public sealed class EventHubsSourceTests(SharedServers servers) : IAsyncLifetime
{
    readonly PipelineFixture _pipeline = new();
    readonly MemoryCheckpoints _checkpoints = new();
    readonly string _hub = "h-" + Guid.NewGuid().ToString("N")[..12];
    readonly HttpClient _admin = new();
    string _connectionString = "";
    KitServer? _server;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Kit.Folder is not null, Kit.Missing);
        _server = await servers.HubsAsync();
        _admin.BaseAddress = new Uri(_server.Says["admin"]);
        (await _admin.PutAsync($"/hubs/{_hub}?partitions=4", null, Stop)).EnsureSuccessStatusCode();
        _connectionString = string.Join(';', _server.Says["connection-string"].Split(';').Where(p => !p.StartsWith("EntityPath", StringComparison.Ordinal)));
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _pipeline.DisposeAsync();
    }

    [Fact]
    public async Task A_recording_sent_as_AKS_records_is_in_the_journal_once_through_drops_detaches_throttling_and_a_restart()
    {
        Assert.SkipUnless(Kit.Recordings is not null, Kit.Missing);
        var lines = AksRecords.Lines("production");
        var bodies = lines.Chunk(20).Select(c => AksRecords.Body(c)).ToList();
        var random = new Random(20261125);
        string[] faults = ["/faults/drop", $"/faults/detach?hub={_hub}", "/faults/busy?seconds=1&what=receive", $"/faults/detach?hub={_hub}&condition=amqp:link:stolen", "/faults/drop?how=close"];
        var sent = 0;
        await using (var first = Run())
        {
            foreach (var fault in faults)
            {
                await SendAsync(bodies.Skip(sent).Take(50));
                sent += 50;
                await first.UntilAsync(s => s.Messages >= sent - 50 + random.Next(1, 50), "a part of what was sent before " + fault);
                (await _admin.PostAsync(fault, null, Stop)).EnsureSuccessStatusCode();
            }
        }
        await SendAsync(bodies.Skip(sent));
        await using var second = Run();
        await second.UntilAsync(_ => _pipeline.Pipeline.Counters.Accepted == lines.Count, "the rest");
        await second.UntilAsync(s => s.Lag == 0, "no lag");
        var (ids, positions) = await SourceRun.ReadAsync(_pipeline);
        Assert.Equal(lines.Count, ids.Count);
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(positions, p => Assert.Matches($"^{_hub}/[0-3]/[0-9]+$", p));
        Assert.Equal(0, second.Standing.Repeats);   // the stop had checkpointed what was durable
        Assert.Equal(0, second.Standing.Lost);
        Assert.Empty(_pipeline.Pipeline.Counters.Quarantined);
    }

    [Fact]
    public async Task Over_high_water_nothing_more_is_read_and_the_partitions_are_kept()
    {
        var isHigh = true;
        await using var run = new SourceRun(Source(Options("one"), _pipeline.Pipeline, () => Volatile.Read(ref isHigh)));
        await SendAsync([.. Events(0, 20), "no JSON"u8.ToArray()]);
        await run.UntilAsync(s => s.State == SourceState.Holding && s.Partitions.Count == 4, "holding");
        await Task.Delay(500, Stop);   // it has the time to do wrong
        Assert.Equal(0, run.Standing.Messages);
        Volatile.Write(ref isHigh, false);
        await run.UntilAsync(s => s.Messages == 21 && s.State == SourceState.Running, "everything after all");
        Assert.Equal(4, run.Standing.Partitions.Count);
        await SourceRun.BalancesAsync(20, 1, _pipeline);
    }

    [Fact]
    public async Task Two_workers_share_a_hub_and_one_takes_over_when_the_other_goes()
    {
        await using var other = new PipelineFixture();
        await using var first = Run("one");
        await first.UntilAsync(s => s.Partitions.Count == 4, "all partitions");
        await using (var second = Run("two", other))
        {
            await second.UntilAsync(s => s.Partitions.Count == 2, "its half");
            await first.UntilAsync(s => s.Partitions.Count == 2, "half given back");
            await SendAsync(Events(0, 400));
            await first.UntilAsync(s => s.Messages + second.Standing.Messages >= 400, "all of the first lot");
            Assert.True(second.Standing.Messages > 0 && first.Standing.Messages > 0);
        }
        await first.UntilAsync(s => s.Partitions.Count == 4, "all partitions again");
        await SendAsync([.. Events(400, 100), "no JSON"u8.ToArray()]);
        await first.UntilAsync(s => s.Events + other.Pipeline.Counters.Accepted >= 500 && s.Quarantined == 1, "the second lot");
        await SourceRun.BalancesAsync(500, 1, _pipeline, other);
    }

    [Fact]
    public async Task What_retention_deleted_before_it_was_read_is_counted()
    {
        await SendAsync(Events(0, 10), "1");
        await using (var first = Run()) await first.UntilAsync(s => s.Messages == 10, "the first ten");
        await SendAsync(Events(10, 100), "1");
        (await _admin.PostAsync($"/faults/truncate?hub={_hub}&partition=1&keep=50", null, Stop)).EnsureSuccessStatusCode();
        await using var second = Run();
        await second.UntilAsync(s => s.Messages == 50, "what is left");
        Assert.Equal(50, second.Standing.Lost);
        Assert.Contains("50 events", second.Standing.LastError?.Message, StringComparison.Ordinal);
        await SourceRun.BalancesAsync(60, 0, _pipeline);
    }

    [Fact]
    public async Task A_hub_made_anew_under_the_checkpoint_is_a_state_of_its_own_until_it_is_reset()
    {
        await SendAsync(Events(0, 40), "0");
        await using (var first = Run()) await first.UntilAsync(s => s.Messages == 40, "the old hub");
        (await _admin.DeleteAsync($"/hubs/{_hub}", Stop)).EnsureSuccessStatusCode();
        (await _admin.PutAsync($"/hubs/{_hub}?partitions=4", null, Stop)).EnsureSuccessStatusCode();
        await SendAsync(Events(100, 5), "0");
        var source = Source("one", _pipeline);
        await using (var second = new SourceRun(source))
        {
            await second.UntilAsync(s => s.State == SourceState.CheckpointAhead, "the state that says so");
            Assert.Contains("auditwatch sources reset hubs", second.Standing.LastError?.Message, StringComparison.Ordinal);
            Assert.Equal(0, second.Standing.Messages);
        }
        await source.ResetAsync(Stop);
        await using var third = new SourceRun(source);
        await third.UntilAsync(s => s.Messages == 5 && s.State == SourceState.Running, "the new hub from its beginning");
        await SourceRun.BalancesAsync(45, 0, _pipeline);
    }

    [Fact]
    public async Task A_bad_message_costs_itself_only_and_is_quarantined_once_however_often_it_is_read()
    {
        await SendAsync([.. Events(0, 2), "no JSON"u8.ToArray(), [], "{\"hello\":1}"u8.ToArray(), .. Events(2, 2)], "0");
        await using (var once = Run()) await once.UntilAsync(s => s.Messages == 7, "all messages");
        await _checkpoints.ForgetAsync(new PartitionGroup("", "", ""), null, Stop);
        await using (var again = Run()) await again.UntilAsync(s => s.Messages == 7, "all messages again");
        Assert.Equal([$"{_hub}/0/2", $"{_hub}/0/3", $"{_hub}/0/4"], (await _pipeline.Quarantine()).Select(q => q.GetProperty("position").GetString()).Order());
        Assert.Equal(4, (await SourceRun.ReadAsync(_pipeline)).Ids.Count);
    }

    [Fact]
    public async Task Latest_means_from_the_first_start_on_and_not_from_every_start()
    {
        await SendAsync(Events(0, 20));
        await using (var first = Run(latest: true)) await first.UntilAsync(s => s.Partitions.Count == 4 && s.Partitions.All(p => p.Position >= 0), "its partitions");
        await SendAsync(Events(20, 20));
        await using var second = Run(latest: true);
        await second.UntilAsync(s => s.Messages == 20, "what came while nobody read");
        Assert.Equal(20, second.Standing.Events);
    }

    [Fact]
    public async Task What_the_journal_refuses_is_offered_until_it_is_taken_and_not_checkpointed_before()
    {
        var journal = new RefusingJournal(_pipeline.Journal) { Refuses = true };
        var pipeline = new IngestPipeline(journal, new Events.Redaction.Redactor(new byte[32], new Events.Redaction.RedactionOptions()), TimeProvider.System, new IngestOptions());
        await SendAsync([.. Events(0, 50), "no JSON"u8.ToArray()]);
        await using (var failing = new SourceRun(Source("one", pipeline))) await failing.UntilAsync(s => s.State == SourceState.Failing, "the fault to show");
        Assert.Equal(0, _checkpoints.Saves);
        await using var run = new SourceRun(Source("one", pipeline));
        await run.UntilAsync(s => s.State == SourceState.Failing, "the fault to show again");
        Assert.Contains("disk", run.Standing.LastError?.Message, StringComparison.Ordinal);
        journal.Refuses = false;
        await run.UntilAsync(s => s.Events == 50 && s.Quarantined == 1 && s.State == SourceState.Running, "everything, once it is taken");
        await SourceRun.BalancesAsync(50, 1, _pipeline);
    }

    [Fact]
    public async Task A_key_that_is_changed_is_taken_while_it_runs_and_costs_nothing()
    {
        await using var hubs = await KitServer.StartAsync("eventhubs", "--hub", $"{_hub}:2", "--key", "reader=Rmlyc3Q=");
        _connectionString = hubs.Says["connection-string"].Split(";EntityPath", 2)[0];
        await SendAsync(Events(0, 20), "0");
        var connection = _connectionString;
        await using var run = new SourceRun(Source(Options("one") with { ReadConnectionString = () => Volatile.Read(ref connection) }, _pipeline.Pipeline));
        await run.UntilAsync(s => s.Messages == 20, "what lay there before");
        await hubs.KillAsync();
        await hubs.StartAsync("--key", "reader=U2Vjb25k");
        await run.UntilAsync(s => s.State == SourceState.Failing && (s.LastError?.Message ?? "").Contains("signature", StringComparison.OrdinalIgnoreCase), "the refusal to show");
        _connectionString = hubs.Says["connection-string"].Split(";EntityPath", 2)[0];
        await SendAsync([.. Events(20, 20), "no JSON"u8.ToArray()], "1");
        Volatile.Write(ref connection, _connectionString);
        await run.UntilAsync(s => s.Messages == 41 && s.State == SourceState.Running, "what came while the key was wrong");
        Assert.Equal((40L, 0L, 1L), (run.Standing.Events, run.Standing.Repeats, run.Standing.Quarantined));
        Assert.Equal(40, (await SourceRun.ReadAsync(_pipeline)).Ids.Distinct().Count());
    }

    [Fact]
    public async Task Over_TLS_the_authority_of_ca_file_is_trusted_and_no_other()
    {
        await SendAsync(Events(0, 5));
        var tls = _server!.Says["tls-connection-string"].Split(";EntityPath", 2)[0];
        var options = Options("one") with { ReadConnectionString = () => tls, Endpoint = new Uri(_server.Says["tls-endpoint"]), CaFile = _server.Says["ca"] };
        await using (var trusted = new SourceRun(Source(options, _pipeline.Pipeline))) await trusted.UntilAsync(s => s.Messages == 5, "all messages");
    }

    SourceRun Run(string worker = "one", PipelineFixture? pipeline = null, bool latest = false) => new(Source(Options(worker) with { StartAtLatest = latest }, (pipeline ?? _pipeline).Pipeline));

    EventHubsSource Source(string worker, PipelineFixture pipeline) => Source(worker, pipeline.Pipeline);

    EventHubsSource Source(string worker, IngestPipeline pipeline) => Source(Options(worker), pipeline);

    EventHubsSource Source(EventHubsOptions options, IngestPipeline pipeline, Func<bool>? isHigh = null) => new(options, pipeline, _checkpoints, isHigh ?? (() => false), TimeProvider.System, NullLogger<EventHubsSource>.Instance);

    EventHubsOptions Options(string worker) => new()
    {
        Name = "hubs", Cluster = "prod", ReadConnectionString = () => _connectionString, Hub = _hub, Identifier = worker, BalanceEvery = TimeSpan.FromSeconds(1),
        OwnershipEnds = TimeSpan.FromSeconds(5), CheckpointEvery = TimeSpan.FromSeconds(1), WatchEvery = TimeSpan.FromSeconds(1),
    };

    static byte[][] Events(int from, int count) => [.. Enumerable.Range(from, count).Select(i => Encoding.UTF8.GetBytes(PipelineFixture.Event(i)))];

    async Task SendAsync(IEnumerable<byte[]> bodies, string? partition = null)
    {
        await using var producer = new EventHubProducerClient(_connectionString, _hub);
        var next = 0;
        foreach (var lot in bodies.Chunk(5))
            await producer.SendAsync(lot.Select(b => new EventData(b)), new SendEventOptions { PartitionId = partition ?? (next++ % 4).ToString(System.Globalization.CultureInfo.InvariantCulture) }, Stop);
    }
}
