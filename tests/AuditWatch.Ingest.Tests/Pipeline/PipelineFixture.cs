using System.Text;
using System.Text.Json;
using AuditWatch.Events;
using AuditWatch.Events.Framing;
using AuditWatch.Events.Redaction;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Pipeline;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AuditWatch.Ingest.Tests.Pipeline;

/// <summary>A real journal and a real pipeline in a folder of their own.</summary>
public sealed class PipelineFixture : IAsyncDisposable
{
    readonly DataFolder _folder = new();

    public PipelineFixture(IngestOptions? options = null)
    {
        Options = options ?? new IngestOptions();
        Journal = LocalJournal.Open(_folder.Journal, new LocalJournalOptions(), Time);
        Idle = new IdleMarks(Journal, Time);
        Pipeline = new IngestPipeline(Journal, new Redactor(Encoding.ASCII.GetBytes("a key of one installation 123456"), new RedactionOptions()), Time, Options, Idle);
        Receiver = new WebhookReceiver(Pipeline, Time, Options, () => IsOverHighWater);
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 25, 1, 0, 0, TimeSpan.Zero));
    public IngestOptions Options { get; }
    public LocalJournal Journal { get; }
    public IdleMarks Idle { get; }
    public IngestPipeline Pipeline { get; }
    public WebhookReceiver Receiver { get; }
    public bool IsOverHighWater { get; set; }
    public string Folder => _folder.Path;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static string Event(int number, string extra = "") =>
        $$"""{"level":"Metadata","auditID":"{{number:D8}}-4da2-45a8-bdb9-740b839e28b1","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/prod/pods","verb":"list","user":{"username":"alice","groups":["sre"]},"sourceIPs":["10.0.0.1"],"userAgent":"kubectl/v1.36.3","objectRef":{"resource":"pods","namespace":"prod","apiVersion":"v1"},"responseStatus":{"metadata":{},"code":200},"requestReceivedTimestamp":"2026-11-25T00:59:00.000000Z","stageTimestamp":"2026-11-25T00:59:00.{{number % 1000000:D6}}Z"{{extra}}}""";

    public static string List(params IEnumerable<string> items) => $$"""{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[{{string.Join(',', items)}}]}""";

    public ValueTask<IngestResult> Ingest(string document, string cluster = "prod", string position = "", long line = 1) =>
        Pipeline.IngestAsync(new IngestBatch(cluster, "webhook", position, [new FramedDocument(Encoding.UTF8.GetBytes(document), line)]), Stop);

    public Task<WebhookResult> Post(string body, string cluster = "prod") => Receiver.ReceiveAsync(cluster, new MemoryStream(Encoding.UTF8.GetBytes(body)), null, Stop);

    public async Task<List<string>> Texts(RecordKind kind)
    {
        var texts = new List<string>();
        await foreach (var frame in Journal.ReadAsync(EventPosition.Start, false, Stop))
        {
            if (frame.Kind == kind) texts.AddRange(frame.Records.Select(r => Encoding.UTF8.GetString(r.Span)));
        }
        return texts;
    }

    public async Task<List<JsonElement>> Quarantine() => (await Texts(RecordKind.Quarantine)).ConvertAll(t => JsonElement.Parse(t));

    public async ValueTask DisposeAsync()
    {
        Receiver.Dispose();
        await Idle.DisposeAsync();
        await Journal.DisposeAsync();
        _folder.Dispose();
    }
}
