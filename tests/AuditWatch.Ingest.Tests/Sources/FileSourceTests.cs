using System.IO.Compression;
using System.Text;
using AuditWatch.Events.Framing;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Pipeline;
using AuditWatch.Ingest.Sources;
using AuditWatch.Ingest.Tests.Pipeline;
using Xunit;

namespace AuditWatch.Ingest.Tests.Sources;

public sealed class FileSourceTests
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Files_are_read_once_through_the_pipeline_packed_or_not_and_a_broken_one_costs_only_its_rest()
    {
        await using var it = new PipelineFixture();
        var log = Path.Combine(it.Folder, "audit.log");
        await File.WriteAllLinesAsync(log, [PipelineFixture.Event(1), "no json", PipelineFixture.Event(2)], Stop);
        var packed = Path.Combine(it.Folder, "audit-2.log.gz");
        await using (var gzip = new GZipStream(File.Create(packed), CompressionLevel.Fastest))
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(PipelineFixture.List(PipelineFixture.Event(2), PipelineFixture.Event(3))), Stop);
        var missing = new InputFile("gone.log", null, () => throw new FileNotFoundException("There is no such file."));
        var files = InputFiles.Resolve([log, packed], () => Stream.Null).Files;
        var source = new FileSource("replay", "prod", [files[0], missing, files[1]]);
        var (accepted, repeats, quarantined) = (0, 0, 0);
        await foreach (var batch in source.ReadAsync("", Stop))
        {
            var result = await it.Pipeline.IngestAsync(batch, Stop);
            (accepted, repeats, quarantined) = (accepted + result.Accepted, repeats + result.Repeats, quarantined + result.Quarantined);
        }
        Assert.Equal((3, 1, 1), (accepted, repeats, quarantined));
        Assert.Contains("gone.log", Assert.Single(source.Problems), StringComparison.Ordinal);
        Assert.Equal(2, Assert.Single(await it.Quarantine()).GetProperty("line").GetInt32());
    }
}
