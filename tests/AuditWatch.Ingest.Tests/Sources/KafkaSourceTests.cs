using System.Globalization;
using System.Text;
using AuditWatch.Ingest.Pipeline;
using AuditWatch.Ingest.Sources;
using AuditWatch.Ingest.Sources.Kafka;
using AuditWatch.Ingest.Tests.Pipeline;
using AuditWatch.Testing;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace AuditWatch.Ingest.Tests.Sources;

/// <summary>Against a real broker.</summary>
public sealed class KafkaSourceTests(SharedServers servers) : IAsyncLifetime
{
    readonly PipelineFixture _pipeline = new();
    readonly string _topic = "t-" + Guid.NewGuid().ToString("N");
    string _bootstrap = "";

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Kit.Folder is not null, Kit.Missing);
        _bootstrap = await servers.KafkaAsync();
        using var admin = Admin();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = _topic, NumPartitions = 4, ReplicationFactor = 1 }]);
    }

    public ValueTask DisposeAsync() => _pipeline.DisposeAsync();

    [Fact]
    public async Task A_recording_sent_as_AKS_records_is_in_the_journal_once_though_the_reader_is_stopped_and_started()
    {
        Assert.SkipUnless(Kit.Recordings is not null, Kit.Missing);
        var lines = AksRecords.Lines("production");
        var bodies = lines.Chunk(20).Select(c => AksRecords.Body(c)).ToList();
        Send([.. bodies.Take(200)]);
        await using (var first = Run())
        {
            await first.UntilAsync(s => s.Messages >= 200, "the first half");
            Send([.. bodies.Skip(200)]);
            await first.UntilAsync(s => s.Messages >= 250, "something of the second half");
        }
        await using var second = Run();
        await second.UntilAsync(s => s.Lag == 0 && _pipeline.Pipeline.Counters.Accepted == lines.Count, "the rest");
        var (ids, positions) = await SourceRun.ReadAsync(_pipeline);
        Assert.Equal(lines.Count, ids.Count);
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(positions, p => Assert.Matches($"^{_topic}/[0-3]/[0-9]+$", p));
        Assert.True(second.Standing.Repeats == 0, $"What was committed at the stop was read again: {second.Describe()}");
        Assert.Empty(_pipeline.Pipeline.Counters.Quarantined);
    }

    [Fact]
    public async Task Two_readers_share_the_partitions_and_one_takes_over_when_the_other_goes()
    {
        await using var other = new PipelineFixture();
        await using var first = Run();
        await first.UntilAsync(s => s.Partitions.Count == 4, "all partitions");
        await using (var second = Run(other))
        {
            await second.UntilAsync(s => s.Partitions.Count == 2, "its half");
            await first.UntilAsync(s => s.Partitions.Count == 2, "half given back");
            Send(Events(0, 400));
            await first.UntilAsync(s => s.Messages + second.Standing.Messages >= 400, "all of the first lot");
            Assert.True(second.Standing.Messages > 0 && first.Standing.Messages > 0);
        }
        await first.UntilAsync(s => s.Partitions.Count == 4, "all partitions again");
        Send([.. Events(400, 100), "no JSON"u8.ToArray()]);
        await first.UntilAsync(s => s.Events + other.Pipeline.Counters.Accepted >= 500 && s.Quarantined == 1, "the second lot");
        await SourceRun.BalancesAsync(500, 1, _pipeline, other);   // each once: what was given back had been committed
    }

    [Fact]
    public async Task A_bad_message_costs_itself_only_and_is_quarantined_once_however_often_it_is_read()
    {
        var group = Guid.NewGuid().ToString("N");
        Send(0, [.. Events(0, 2), "no JSON"u8.ToArray(), [], "{\"hello\":1}"u8.ToArray(), "no JSON"u8.ToArray(),
            Encoding.UTF8.GetBytes($$$"""{"records":[{"category":"kube-audit","properties":{"log":"nonsense"}},{"category":"kube-audit","properties":{"log":{{{PipelineFixture.Event(7)}}} }},{"category":"kube-audit","properties":{"log":"{}"}},{"category":"guard","properties":{"log":"x"}}]}"""), .. Events(2, 2)]);
        Produce([null], 0);
        await using (var once = Run(group: group)) await once.UntilAsync(s => s.Messages == 10, "all messages");
        // Another group reads everything again, with other cuts between the lots.
        await using (var again = Run(group: group + "-again", lotBytes: 300)) await again.UntilAsync(s => s.Messages == 10, "all messages again");
        var bad = await _pipeline.Quarantine();
        Assert.Equal(7, bad.Count);
        Assert.Equal(2, bad.Count(b => b.GetProperty("position").GetString() == _topic + "/0/6"));
        Assert.Equal([2, 3, 4, 5, 6, 6, 9], bad.Select(b => int.Parse(b.GetProperty("position").GetString()!.Split('/')[2], CultureInfo.InvariantCulture)).Order());
        Assert.Equal(5, (await SourceRun.ReadAsync(_pipeline)).Ids.Count);
        Assert.Equal(2, _pipeline.Pipeline.Counters.Dropped["guard"]);
    }

    [Fact]
    public async Task What_retention_deleted_before_it_was_read_is_counted()
    {
        var group = Guid.NewGuid().ToString("N");
        Send(1, Events(0, 10));
        await using (var first = Run(group: group)) await first.UntilAsync(s => s.Messages == 10, "the first ten");
        Send(1, Events(10, 100));
        using (var admin = Admin()) await admin.DeleteRecordsAsync([new TopicPartitionOffset(_topic, 1, 60)]);
        await using var second = Run(group: group);
        await second.UntilAsync(s => s.Messages == 50, "what is left");
        Assert.Equal(50, second.Standing.Lost);
        Assert.Contains("50 messages", second.Standing.LastError?.Message, StringComparison.Ordinal);
        await SourceRun.BalancesAsync(60, 0, _pipeline);
    }

    [Fact]
    public async Task A_topic_made_anew_under_the_commits_is_read_from_its_beginning()
    {
        var group = Guid.NewGuid().ToString("N");
        // As when the broker's data was lost and the group's commits were not.
        using (var commits = new ConsumerBuilder<Ignore, byte[]>(new ConsumerConfig { BootstrapServers = _bootstrap, GroupId = group }).Build())
            commits.Commit([new TopicPartitionOffset(_topic, 0, 30)]);
        Send(0, Events(0, 5));
        await using (var first = Run(group: group))
        {
            await first.UntilAsync(s => s.Messages == 5, "the new topic");
            Assert.Contains("made anew", first.Standing.LastError?.Message, StringComparison.Ordinal);
        }
        Send(0, Events(5, 5));
        await using var second = Run(group: group);
        await second.UntilAsync(s => s.Messages == 5, "only what came since");
        Assert.Equal(0, second.Standing.Repeats);
        await SourceRun.BalancesAsync(10, 0, _pipeline);
    }

    [Fact]
    public async Task Latest_means_from_the_first_start_on_and_not_from_every_start()
    {
        var group = Guid.NewGuid().ToString("N");
        Send(Events(0, 20));
        await using (var first = Run(group: group, latest: true)) await first.UntilAsync(s => s.Partitions.Count == 4, "its partitions");
        Send(Events(20, 20));
        await using var second = Run(group: group, latest: true);
        await second.UntilAsync(s => s.Messages == 20, "what came while nobody read");
        Assert.Equal(20, second.Standing.Events);
    }

    [Fact]
    public async Task Over_high_water_nothing_more_is_read_and_the_group_is_kept()
    {
        var isHigh = true;
        await using var run = Run(isHigh: () => Volatile.Read(ref isHigh));
        await run.UntilAsync(s => s.Partitions.Count == 4, "its partitions");
        Send([.. Events(0, 200), "no JSON"u8.ToArray()]);
        await run.UntilAsync(s => s.State == SourceState.Holding, "holding");
        await Task.Delay(500, Stop);   // it has the time to do wrong
        Assert.Equal(0, run.Standing.Messages);
        Volatile.Write(ref isHigh, false);
        await run.UntilAsync(s => s.Messages == 201 && s.State == SourceState.Running, "everything after all");
        Assert.Equal(4, run.Standing.Partitions.Count);
        await SourceRun.BalancesAsync(200, 1, _pipeline);
    }

    [Fact]
    public async Task A_password_that_is_changed_is_taken_while_it_runs_and_costs_nothing()
    {
        var user = "u-" + Guid.NewGuid().ToString("N");
        var password = "FAKE-first";
        await SetPasswordAsync(user, password);
        Send(Events(0, 20));
        await using var run = Run(_pipeline.Pipeline, Options(_topic) with
        {
            Bootstrap = await servers.KafkaWithLoginAsync(),
            Security = new KafkaSecurity("SASL_PLAINTEXT", "SCRAM-SHA-256") { Username = user, ReadPassword = () => Volatile.Read(ref password) },
        });
        await run.UntilAsync(s => s.Messages == 20, "what lay there before");
        await SetPasswordAsync(user, "FAKE-second");
        await run.UntilAsync(s => s.State == SourceState.Failing, "the refusal to show");
        Assert.Matches("SASL|uthentication", run.Standing.LastError?.Message ?? "");
        Send([.. Events(20, 20), "no JSON"u8.ToArray()]);
        Volatile.Write(ref password, "FAKE-second");
        await run.UntilAsync(s => s.Messages == 41 && s.State == SourceState.Running, "what came while the password was wrong");
        Assert.Equal((40L, 0L, 1L), (run.Standing.Events, run.Standing.Repeats, run.Standing.Quarantined));
        Assert.Equal(40, (await SourceRun.ReadAsync(_pipeline)).Ids.Distinct().Count());
    }

    [Fact]
    public async Task What_the_journal_refuses_is_offered_until_it_is_taken_and_not_committed_before()
    {
        var group = Guid.NewGuid().ToString("N");
        var journal = new RefusingJournal(_pipeline.Journal) { Refuses = true };
        var pipeline = new IngestPipeline(journal, new Events.Redaction.Redactor(new byte[32], new Events.Redaction.RedactionOptions()), TimeProvider.System, new IngestOptions());
        Send([.. Events(0, 50), "no JSON"u8.ToArray()]);
        await using (var failing = Run(pipeline, group)) await failing.UntilAsync(s => s.State == SourceState.Failing, "the fault to show");
        await using var run = Run(pipeline, group);
        await run.UntilAsync(s => s.State == SourceState.Failing, "the fault to show again");
        Assert.Contains("disk", run.Standing.LastError?.Message, StringComparison.Ordinal);
        journal.Refuses = false;
        await run.UntilAsync(s => s.Events == 50 && s.Quarantined == 1 && s.State == SourceState.Running, "everything, once it is taken");
        await SourceRun.BalancesAsync(50, 1, _pipeline);
    }

    SourceRun Run(PipelineFixture? pipeline = null, string? group = null, bool latest = false, Func<bool>? isHigh = null, long lotBytes = 4 << 20) =>
        Run((pipeline ?? _pipeline).Pipeline, group, latest, isHigh, lotBytes);

    SourceRun Run(IngestPipeline pipeline, string? group, bool latest = false, Func<bool>? isHigh = null, long lotBytes = 4 << 20) =>
        Run(pipeline, Options(group ?? _topic) with { StartAtLatest = latest, LotBytes = lotBytes }, isHigh);

    static SourceRun Run(IngestPipeline pipeline, KafkaOptions options, Func<bool>? isHigh = null) =>
        new(new KafkaSource(options, pipeline, isHigh ?? (() => false), TimeProvider.System, NullLogger<KafkaSource>.Instance));

    KafkaOptions Options(string group) => new() { Name = "kafka", Cluster = "prod", Bootstrap = _bootstrap, Topics = [_topic], Group = group };

    async Task SetPasswordAsync(string user, string password)
    {
        using var admin = Admin();
        await admin.AlterUserScramCredentialsAsync([new UserScramCredentialUpsertion
        {
            User = user, Password = Encoding.UTF8.GetBytes(password), ScramCredentialInfo = new ScramCredentialInfo { Mechanism = ScramMechanism.ScramSha256, Iterations = 4096 },
        }]);
    }

    static byte[][] Events(int from, int count) => [.. Enumerable.Range(from, count).Select(i => Encoding.UTF8.GetBytes(PipelineFixture.Event(i)))];

    void Send(byte[][] bodies) => Produce(bodies, null);

    void Send(int partition, byte[][] bodies) => Produce(bodies, partition);

    void Produce(byte[]?[] bodies, int? partition)
    {
        using var producer = new ProducerBuilder<Null, byte[]?>(new ProducerConfig { BootstrapServers = _bootstrap, LingerMs = 5 }).SetValueSerializer(new Raw()).Build();
        for (var i = 0; i < bodies.Length; i++)
            producer.Produce(new TopicPartition(_topic, partition ?? i % 4), new Message<Null, byte[]?> { Value = bodies[i] });
        producer.Flush(Stop);
    }

    IAdminClient Admin() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _bootstrap }).Build();

    sealed class Raw : ISerializer<byte[]?>
    {
        public byte[]? Serialize(byte[]? data, SerializationContext context) => data;
    }
}
