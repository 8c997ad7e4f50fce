using System.Text;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Pipeline;
using Xunit;

namespace AuditWatch.Ingest.Tests.Pipeline;

/// <summary>Secrets on every way into the journal, the ways of what is broken included; none may be found in any record of any kind.</summary>
public sealed class PlantedSecretsTests
{
    const string Secret = "cGxhbnRlZC1zZWNyZXQtMTIzNDU2Nzg5MA";

    static readonly string s_event = PipelineFixture.Event(1, $",\"requestObject\":{{\"kind\":\"Secret\",\"apiVersion\":\"v1\",\"metadata\":{{\"name\":\"db\"}},\"data\":{{\"password\":\"{Secret}==\"}}}}")
        .Replace("\"resource\":\"pods\"", "\"resource\":\"secrets\"", StringComparison.Ordinal);

    public static TheoryData<string, string> Ways => new()
    {
        { "an event of a list", PipelineFixture.List(PipelineFixture.Event(2), s_event) },
        { "an event by itself", s_event },
        { "a pretty array", "[\n" + s_event + "\n]" },
        { "an event whose end is missing", PipelineFixture.List(PipelineFixture.Event(2), s_event[..^3]) },
        { "an event cut inside the secret", s_event[..(s_event.IndexOf(Secret, StringComparison.Ordinal) + 30)] },
        { "an event with a bad byte behind the secret", s_event.Replace("==\"", "==\u0001\"", StringComparison.Ordinal) },
        { "a broken item in front", PipelineFixture.List("{\"level\":\"Metadata\",\"user\":{", s_event, PipelineFixture.Event(2)) },
        { "a broken item itself", PipelineFixture.List(PipelineFixture.Event(2), s_event + "}", PipelineFixture.Event(3)) },
        { "an event without a stage", s_event.Replace("\"stage\":\"ResponseComplete\",", "", StringComparison.Ordinal) },
        { "an event over the limit", PipelineFixture.List(s_event.Replace("\"metadata\":{\"name\"", "\"pad\":\"" + new string('x', 40_000) + "\",\"metadata\":{\"name\"", StringComparison.Ordinal)) },
        { "a body of another kind", $"{{\"kind\":\"Secret\",\"apiVersion\":\"v1\",\"data\":{{\"password\":\"{Secret}\"}}}}" },
        { "a body that is no list, streamed", $"{{\"kind\":\"Secret\",\"pad\":\"{new string('x', 30_000)}\",\"data\":{{\"password\":\"{Secret}\"}}}}" },
        { "a text", "GET / HTTP/1.1\nAuthorization: Bearer " + Secret },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task No_secret_reaches_the_journal(string way, string body)
    {
        await using var it = new PipelineFixture(new IngestOptions { MaxRecordBytes = 35_000, WholeBodyBytes = 20_000 });
        var result = await it.Post(body);
        Assert.Equal(WebhookOutcome.Accepted, result.Outcome);
        Assert.True(result.Ingested.Accepted + result.Ingested.Quarantined > 0, way);
        var texts = (await it.Texts(RecordKind.Audit)).Concat(await it.Texts(RecordKind.Quarantine)).ToList();
        Assert.NotEmpty(texts);
        var secret = Secret[..20];
        foreach (var text in texts) Assert.False(text.Contains(secret, StringComparison.Ordinal), $"{way}: {text}");
        await it.Journal.DisposeAsync();
        foreach (var file in Directory.EnumerateFiles(it.Folder, "*", SearchOption.AllDirectories))
            Assert.True((await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)).AsSpan().IndexOf(Encoding.ASCII.GetBytes(secret)) < 0, way);
    }
}
