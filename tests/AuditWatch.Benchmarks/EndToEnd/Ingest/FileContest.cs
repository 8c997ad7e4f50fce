using AuditWatch.Ingest.Pipeline;
using AuditWatch.Ingest.Sources;
using AuditWatch.Ingest.Sources.Files;
using Microsoft.Extensions.Logging.Abstractions;

namespace AuditWatch.Benchmarks.EndToEnd.Ingest;

/// <summary>An audit log that lies there in full, followed as one that is being written.</summary>
internal sealed class FileContest(string log, long events) : ReadContest(events, 0)
{
    public override string Name => "file tail";

    protected override Task ReadAsync(Taker take) => Task.Run(() =>
    {
        using var file = File.OpenHandle(log);
        var block = new byte[1 << 20];
        for (long at = 0; RandomAccess.Read(file, block, at) is var read and > 0; at += read) take(block.AsSpan(0, read));
    });

    protected override IPartitionSource Source(IngestPipeline pipeline, Func<bool> isOverHighWater, string folder) => new FileTailSource(
        new FileTailOptions { Name = "file", Cluster = "load", Paths = [log] }, pipeline, new LastingCheckpoints(), isOverHighWater, TimeProvider.System, NullLogger<FileTailSource>.Instance);

    public override ValueTask DisposeAsync()
    {
        File.Delete(log);
        return ValueTask.CompletedTask;
    }
}
