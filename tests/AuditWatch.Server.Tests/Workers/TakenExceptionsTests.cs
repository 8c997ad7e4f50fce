using AuditWatch.Detection;
using AuditWatch.Detection.Rules;
using AuditWatch.Events;
using AuditWatch.Events.Model;
using AuditWatch.Server.Workers;
using AuditWatch.Sigma.Parsing;
using AuditWatch.Storage.State;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AuditWatch.Server.Tests.Workers;

/// <summary>Exceptions of another process: its act is seen within a second of the clock, and where it holds from is the same for everybody who reads that partition later.</summary>
public sealed class TakenExceptionsTests : IAsyncLifetime
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;
    readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeSeconds(1_767_100_000));
    readonly string _folder = Directory.CreateTempSubdirectory("aw-taken").FullName, _rules = Directory.CreateTempSubdirectory("aw-taken-rules").FullName;
    StateStore _here = null!, _there = null!;
    RuleSnapshot _snapshot = null!;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_rules, "read.yml"), """
            title: Secret read
            id: 5a0d4a52-6f0e-4c0e-9d0a-0c7f5f0f2b77
            name: secret-read
            logsource: {product: kubernetes, service: audit}
            detection: {selection: {objectRef.resource: secrets, verb: get}, condition: selection}
            """, Stop);
        List<Problem> problems = [];
        _snapshot = RuleSnapshot.Load(RuleSources.Only([_rules]), problems);
        Assert.Empty(problems);
        _here = await StateStore.OpenEmbeddedAsync(_folder, _clock, stop: Stop);
        _there = await StateStore.OpenEmbeddedAsync(_folder, _clock, stop: Stop);
    }

    async Task<(DetectionEngine Engine, TakenExceptions Taken)> OwnAsync(string reader)
    {
        var epoch = await _here.TakeReaderAsync(reader, "here", Stop);
        var checkpoint = await _here.LoadAsync(reader, Stop);
        var engine = new DetectionEngine(_snapshot, _ => new ClusterFacts(), reader);
        engine.Resume(checkpoint);
        var taken = new TakenExceptions(reader, engine, _here, new Committed(checkpoint.Position, epoch), _clock, NullLogger.Instance);
        await taken.TakeUpAsync(Stop);
        return (engine, taken);
    }

    static int AlertsOf(DetectionEngine engine, int frame) => engine.Process(new JournaledEvents("prod", 0, frame, 0, [ReadAt(frame)]))!.Alerts.Count;

    static byte[] ReadAt(int second) => System.Text.Encoding.UTF8.GetBytes(
        $$"""{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"e{{second}}","stage":"ResponseComplete","verb":"get","user":{"username":"alice"},"objectRef":{"resource":"secrets","namespace":"pay","name":"db"},"responseStatus":{"code":200},"requestReceivedTimestamp":"2026-11-23T09:27:{{second:00}}.000000Z","stageTimestamp":"2026-11-23T09:27:{{second:00}}.000000Z"}""");

    const string Document = "title: Expected\nid: 8d9d9a8e-3c51-4a64-8d35-5b6a0d0f8a11\nlogsource: {product: kubernetes, service: audit}\nfilter:\n  rules: [secret-read]\n  known: {user.username: alice}\n  condition: not known\nauditwatch: {owner: sre, reason: agreed}\n";

    [Fact]
    public async Task What_another_process_makes_holds_from_the_next_look_on_and_for_the_next_owner_from_the_same_place()
    {
        var (engine, taken) = await OwnAsync("detect/0");
        Assert.Equal(1, AlertsOf(engine, 0));
        await _there.AddExceptionAsync("x", Document, "ann", Stop);
        Assert.False(taken.AreDue);
        Assert.Equal(1, AlertsOf(engine, 1));

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(taken.AreDue);
        await taken.LookAsync(Stop);
        Assert.Equal(0, AlertsOf(engine, 2));

        // Nothing was committed: the next owner judges all of it again.
        var (next, _) = await OwnAsync("detect/0");
        Assert.Equal((1, 1, 0), (AlertsOf(next, 0), AlertsOf(next, 1), AlertsOf(next, 2)));

        // Ended by this process: seen at once, without the clock.
        var (other, looks) = await OwnAsync("detect/1");
        Assert.Equal(0, AlertsOf(other, 0));
        await _here.EndExceptionAsync("x", "bob", Stop);
        Assert.True(looks.AreDue);
        await looks.LookAsync(Stop);
        Assert.Equal(1, AlertsOf(other, 1));
        Assert.False(looks.AreDue);
    }

    public async ValueTask DisposeAsync()
    {
        await _here.DisposeAsync();
        await _there.DisposeAsync();
        Directory.Delete(_rules, recursive: true);
    }
}
