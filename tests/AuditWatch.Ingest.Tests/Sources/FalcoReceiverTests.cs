using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using AuditWatch.Events;
using AuditWatch.Events.Redaction;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Pipeline;
using AuditWatch.Ingest.Sources.Falco;
using AuditWatch.Ingest.Tests.Pipeline;
using Xunit;

namespace AuditWatch.Ingest.Tests.Sources;

public sealed class FalcoReceiverTests : IAsyncLifetime
{
    readonly PipelineFixture _it = new();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _it.DisposeAsync();

    [Fact]
    public async Task Bodies_that_wait_for_the_disk_keep_no_others_from_it_and_none_is_answered_before_it_is_durable()
    {
        var disk = new WaitingJournal(_it.Journal);
        var pipeline = new IngestPipeline(disk, new Redactor(default, new RedactionOptions()), _it.Time, _it.Options);
        using var falco = new FalcoReceiver(pipeline, () => false);
        var posts = Enumerable.Range(0, 5).Select(n => PostAsync(falco, $"{Alert(2 * n)}\n{Alert(2 * n + 1)}\n")).ToList();
        await disk.Waiting(5).WaitAsync(TimeSpan.FromSeconds(60), Stop);
        Assert.All(posts, p => Assert.False(p.IsCompleted));
        disk.Go();
        foreach (var post in posts) Assert.Equal(new IngestResult(2, 0, 0, 0, 0), (await post).Ingested);
        Assert.Equal(Enumerable.Range(0, 10).Select(Alert), (await _it.Texts(RecordKind.Falco)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Alerts_after_one_with_a_secret_are_stored_as_they_are_and_the_ids_are_those_of_what_is_stored()
    {
        using var falco = new FalcoReceiver(_it.Pipeline, () => false);
        var secret = Alert(1).Replace("bash -c x", "mysql --password=hunter2hunter2", StringComparison.Ordinal);
        var result = await PostAsync(falco, $"[{Alert(0)},\n{secret},{Alert(2)}]");
        Assert.Equal(new IngestResult(3, 0, 0, 0, 0), result.Ingested);
        var stored = new List<(string Text, EventId Id)>();
        await foreach (var frame in _it.Journal.ReadAsync(EventPosition.Start, false, Stop))
            for (var i = 0; i < frame.Records.Count; i++) stored.Add((Encoding.UTF8.GetString(frame.Records[i].Span), frame.Ids[i]));
        Assert.Equal([Alert(0), Alert(2)], [stored[0].Text, stored[2].Text]);
        Assert.DoesNotContain("hunter2", stored[1].Text, StringComparison.Ordinal);
        Assert.Contains("[redacted:", stored[1].Text, StringComparison.Ordinal);
        Assert.All(stored, s => Assert.Equal(EventId.Of("prod", Encoding.UTF8.GetBytes(s.Text)), s.Id));
    }

    [Fact]
    public async Task An_alert_is_stored_as_a_JSON_writer_writes_it_whatever_is_in_it()
    {
        var alerts = Enumerable.Range(' ', 'ÿ' - ' ').Select(c => JsonEncodedText.Encode(((char)c).ToString(), JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString())
            .SelectMany(c => (string[])[$$"""{"rule":"r","output":"a{{c}}b","n":[1.50,-2e3]}""", $$"""{"rule":"r","{{c}}":0,"output":""}"""])
            .Concat(["""{ "rule":"r","output":"no space"}""", """{"rule":"r", "output":"a, b"}""", """{"rule":"r","output":"\u0041","x":{} }""", """{"rule":"r","output":"\u00e9","n":1E+2,"rule":"r"}"""]).ToList();
        using var falco = new FalcoReceiver(_it.Pipeline, () => false);
        await PostAsync(falco, string.Join('\n', alerts));
        Assert.Equal(alerts.Select(Written).Distinct(), await _it.Texts(RecordKind.Falco));
    }

    static string Written(string json)
    {
        using var document = JsonDocument.Parse(json);
        using var written = new MemoryStream();
        using (var writer = new Utf8JsonWriter(written)) document.RootElement.WriteTo(writer);
        return Encoding.UTF8.GetString(written.ToArray());
    }

    static string Alert(int n) => $$$"""{"output":"a shell {{{n}}}","output_fields":{"proc.cmdline":"bash -c x"},"priority":"Notice","rule":"Terminal shell in container","time":"2026-11-25T01:02:03.456789012Z"}""";

    static Task<WebhookResult> PostAsync(FalcoReceiver falco, string text)
    {
        var body = Encoding.UTF8.GetBytes(text);
        return falco.ReceiveAsync("prod", new MemoryStream(body), body.Length, Stop);
    }

    /// <summary>A real journal whose disk takes its time.</summary>
    sealed class WaitingJournal(IJournal journal) : IJournal
    {
        readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);
        readonly SemaphoreSlim _come = new(0);

        public EventPosition End => journal.End;

        public void Go() => _go.SetResult();

        public async Task Waiting(int appends)
        {
            for (var i = 0; i < appends; i++) await _come.WaitAsync();
        }

        public async ValueTask<AppendResult> AppendAsync(JournalBatch batch, CancellationToken stop)
        {
            _come.Release();
            await _go.Task;
            return await journal.AppendAsync(batch, stop);
        }

        public IAsyncEnumerable<JournalFrame> ReadAsync(EventPosition after, bool follow, CancellationToken stop) => journal.ReadAsync(after, follow, stop);

        public async ValueTask DisposeAsync()
        {
            _come.Dispose();
            await Task.CompletedTask;
        }
    }
}
