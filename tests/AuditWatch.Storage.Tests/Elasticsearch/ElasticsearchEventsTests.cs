using System.Text.Json;
using AuditWatch.Events;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Model;
using AuditWatch.Storage.Elasticsearch;
using AuditWatch.Storage.Index;
using AuditWatch.Storage.Tests.Index;
using AuditWatch.Testing;

namespace AuditWatch.Storage.Tests.Elasticsearch;

/// <summary>The contract of searches on a real Elasticsearch, and recorded traffic asked of it and of the embedded index alike.</summary>
public sealed class ElasticsearchEventsTests(SharedKit kit) : EventSearchContract, IAsyncLifetime
{
    readonly AuditEvent _event = new(new SymbolTable());
    ElasticsearchServer? _server;
    ElasticsearchConnection? _connection;

    private protected override IEventSearch Search => new ElasticsearchEvents(_connection!);

    public async ValueTask InitializeAsync()
    {
        if (Kit.Folder is null) return;
        _server = await kit.ServerAsync();
        // A stream for each test.
        _connection = await IndexerTests.SetUpAsync(_server, "search" + TestContext.Current.Test!.UniqueID[..16].ToLowerInvariant());
    }

    public ValueTask DisposeAsync()
    {
        _connection?.Dispose();
        return ValueTask.CompletedTask;
    }

    private protected override async Task PutAsync(params EventRow[] rows)
    {
        Assert.SkipWhen(_server is null, Kit.Missing);
        var body = new BulkBody(_connection!.Place);
        foreach (var row in rows) body.Add(Read(AuditJson.Of(row), row.Cluster), row.EventId, row.Position, 1, 1);
        await SendAsync(body);
    }

    async Task SendAsync(BulkBody body)
    {
        var answer = await _connection!.BulkAsync("/_bulk?refresh=true", body.Utf8, isGzip: false, Stop);
        Assert.False(answer.Json.GetProperty("errors").GetBoolean(), answer.Json.ToString()[..Math.Min(2000, answer.Body.Length)]);
        body.Clear();
    }

    AuditEvent Read(ReadOnlyMemory<byte> utf8, string cluster)
    {
        Assert.True(_event.TryRead(utf8, new EventOrigin(0, 0, EnvelopeShape.Event, false), new ClusterFacts { Name = cluster }, 1, out _));
        return _event;
    }

    [Fact]
    public async Task A_stream_that_is_not_there_holds_no_event()
    {
        Assert.SkipWhen(_server is null, Kit.Missing);
        using var nowhere = _server.Connect("nowhere");
        Assert.Empty((await new ElasticsearchEvents(nowhere).SearchAsync(new EventQuery(), Stop)).Rows);
        Assert.Empty((await new ElasticsearchEvents(nowhere).SearchAsync(new EventQuery { Limit = 0 }, Stop)).Rows);
    }

    [Fact]
    public async Task A_server_that_is_gone_is_a_fault_and_no_empty_answer()
    {
        using var gone = new ElasticsearchConnection(new ElasticsearchPlace("http://127.0.0.1:9"));
        Assert.Equal(ElasticsearchFaultKind.OutOfReach, (await Assert.ThrowsAsync<ElasticsearchFault>(() => new ElasticsearchEvents(gone).SearchAsync(new EventQuery(), Stop))).Kind);
    }

    [Fact]
    public async Task Recorded_traffic_is_found_alike_in_the_embedded_index_and_in_Elasticsearch()
    {
        Assert.SkipWhen(_server is null || Kit.Recordings is null, Kit.Missing);
        using var folder = new TemporaryFolder();
        await using var embedded = await DuckDbEventIndex.OpenAsync(folder.Path, new DuckDbIndexOptions(), TimeProvider.System, Stop);
        var lines = AksRecords.Lines("production").Select(System.Text.Encoding.UTF8.GetBytes).ToList();
        var body = new BulkBody(_connection!.Place);
        var batch = embedded.RentBatch();
        for (var number = 0; number < lines.Count; number++)
        {
            var audited = Read(lines[number], number % 3 == 0 ? "dev" : "prod");
            var (id, position) = (EventId.Of(audited.Cluster.Name, lines[number]), new EventPosition(0, number / 100, number % 100));
            body.Add(audited, id, position, 1, 1);
            batch.Add(audited, id, position);
            if (body.Count == 2000) await SendAsync(body);
            if (!batch.IsFull) continue;
            await embedded.IndexAsync(batch, position, Stop);
            batch = embedded.RentBatch();
        }
        await SendAsync(body);
        await embedded.IndexAsync(batch, new EventPosition(0, lines.Count, 0), Stop);
        await embedded.FlushAsync(Stop);

        var all = (await embedded.SearchAsync(new EventQuery { Limit = 0 }, Stop)).Rows;
        Assert.Equal(lines.Count, all.Count);
        var some = all.Where(r => r.CredentialId is not null).Select(r => r.CredentialId!).Distinct().Take(5).ToList();
        EventQuery[] questions =
        [
            new() { Limit = 0 }, new() { Limit = 0, OldestFirst = true, Cluster = "dev" }, new() { User = "dave" }, new() { Verb = "create", Limit = 50 }, new() { Resource = "pods/exec" }, new() { Resource = "secrets", Limit = 0 },
            new() { Namespace = "prod", Limit = 20 }, new() { Ip = all.First(r => r.ClientIp is not null).ClientIp }, new() { Credential = some[0] }, new() { UsedCredentials = some, Limit = 0 }, new() { IssuedCredentials = some },
            new() { Pod = all.First(r => r.CallerPod is not null).CallerPod }, new() { Outcome = "denied", Limit = 0 }, new() { Code = 401 }, new() { Stage = "ResponseStarted" }, new() { Text = "KUBECTL", Limit = 30 }, new() { Text = "/exec?" },
            new() { SinceMicros = all[all.Count / 2].TimeMicros, UntilMicros = all[all.Count / 4].TimeMicros, Limit = 0 }, new() { AuditId = all[7].AuditId },
        ];
        foreach (var question in questions)
        {
            var (expected, found) = (await embedded.SearchAsync(question, Stop), await Search.SearchAsync(question, Stop));
            Assert.Equal(expected.Next, found.Next);
            Assert.Equal(expected.Rows.Select(Shown), found.Rows.Select(Shown));
        }
    }

    static string Shown(EventRow row) => JsonSerializer.Serialize(row with { EventId = default }) + row.EventId;
}
