using System.Text;
using AuditWatch.Events;
using AuditWatch.Events.Framing;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Pipeline;
using AuditWatch.Testing;
using Xunit;

namespace AuditWatch.Ingest.Tests.Pipeline;

/// <summary>Which API server an event came from is told by its frame, and costs no event and no id.</summary>
public sealed class ApiServerTests : IAsyncDisposable
{
    readonly PipelineFixture _fixture = new();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task Records_of_several_API_servers_in_one_message_lie_in_frames_of_their_own_each_once()
    {
        var events = Enumerable.Range(0, 60).Select(i => PipelineFixture.Event(i)).ToList();
        // Ten pods that alternate: more than are gathered beside each other.
        var body = Encoding.UTF8.GetString(AksRecords.Body(events));
        foreach (var i in Enumerable.Range(0, 60)) body = Replace(body, "kube-apiserver-869d7bb754-kkg69", $"pod-{i % 10}");
        var result = await _fixture.Pipeline.IngestAsync(new IngestBatch("prod", "hub", "hub/1/7", [new FramedDocument(Encoding.UTF8.GetBytes(body), 1)]), Stop);
        Assert.Equal(60, result.Accepted);
        var frames = await FramesAsync();
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"pod-{i}"), frames.Select(f => f.ApiServer).Distinct().Order(StringComparer.Ordinal));
        Assert.All(frames, f => Assert.Equal("hub/1/7", f.Position));
        var stored = frames.SelectMany(f => f.Texts.Select(t => (f.ApiServer, Text: t))).ToList();
        Assert.Equal(60, stored.Count);
        foreach (var (server, text) in stored) Assert.Equal(server, $"pod-{events.IndexOf(text) % 10}");
        // The same events from elsewhere are repeats: where they came from is no part of them.
        Assert.Equal((0, 60), (await _fixture.Post(PipelineFixture.List(events))).Ingested is var again ? (again.Accepted, again.Repeats) : default);
        Assert.Equal(60, _fixture.Pipeline.TakeRepeats().Values.Sum());
        Assert.Empty(_fixture.Pipeline.TakeRepeats());
    }

    [Fact]
    public async Task A_post_is_told_by_its_address_and_a_made_up_name_cannot_break_out_of_the_header()
    {
        await _fixture.Receiver.ReceiveAsync("prod", new MemoryStream(Encoding.UTF8.GetBytes(PipelineFixture.List(PipelineFixture.Event(1)))), null, Stop, "10.0.0.5");
        var hostile = new string('x', 500) + "\u0000";
        await _fixture.Pipeline.IngestAsync(new IngestBatch("prod", "hub", "p", [new FramedDocument(Encoding.UTF8.GetBytes(PipelineFixture.Event(2)), 1)]) { ApiServer = "a\tb\n" + hostile }, Stop);
        var frames = await FramesAsync();
        Assert.Equal(("", "10.0.0.5"), (frames[0].Position, frames[0].ApiServer));
        Assert.Equal("p", frames[1].Position);
        Assert.StartsWith("a_b_xxx", frames[1].ApiServer, StringComparison.Ordinal);
        Assert.Equal(200, frames[1].ApiServer.Length);
    }

    static string Replace(string text, string what, string by)
    {
        var at = text.IndexOf(what, StringComparison.Ordinal);
        return text[..at] + by + text[(at + what.Length)..];
    }

    async Task<List<(string Position, string ApiServer, List<string> Texts)>> FramesAsync()
    {
        var frames = new List<(string, string, List<string>)>();
        await foreach (var frame in _fixture.Journal.ReadAsync(EventPosition.Start, false, Stop))
            if (frame.Kind == RecordKind.Audit) frames.Add((frame.SourcePosition, frame.ApiServer, [.. frame.Records.Select(r => Encoding.UTF8.GetString(r.Span))]));
        return frames;
    }
}
