using System.IO.Compression;
using System.Text;
using AuditWatch.Ingest.Pipeline;
using AuditWatch.Ingest.Sources.Files;
using AuditWatch.Ingest.Tests.Pipeline;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace AuditWatch.Ingest.Tests.Sources;

/// <summary>A log that is written, rotated and followed.</summary>
public abstract class FollowedLog : IAsyncLifetime
{
    protected PipelineFixture It { get; } = new();

    private protected MemoryCheckpoints Checkpoints { get; } = new();

    protected int Written { get; set; }

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected string Log => Path.Combine(It.Folder, "audit.log");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await It.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected string Rotated(int number) => Path.Combine(It.Folder, $"audit-2026-11-25T00-00-{number:D2}.000.log");

    protected void Rotate(string how, int number)
    {
        var rotated = how.StartsWith("copy", StringComparison.Ordinal) ? $"{Log}.{9 - number}" : Rotated(number);
        if (how.StartsWith("copy", StringComparison.Ordinal))
        {
            File.Copy(Log, rotated);
            using (var truncated = new FileStream(Log, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) truncated.SetLength(0);
        }
        else File.Move(Log, rotated);
        if (!how.EndsWith("gzip", StringComparison.Ordinal)) return;
        using (var packed = new GZipStream(File.Create(rotated + ".gz"), CompressionLevel.Fastest))
        using (var plain = File.OpenRead(rotated)) plain.CopyTo(packed);
        File.Delete(rotated);
    }

    protected void Write(int count, FileStream? into = null)
    {
        var lines = string.Concat(Enumerable.Range(Written, count).Select(i => PipelineFixture.Event(i) + "\n"));
        Written += count;
        if (into is null) File.AppendAllText(Log, lines);
        else
        {
            into.Write(Encoding.UTF8.GetBytes(lines));
            into.Flush();
        }
    }

    private protected SourceRun Run(bool latest = false, string pattern = "audit.log", int lotBytes = 1 << 20, int mostLineBytes = 32 << 20, IngestPipeline? pipeline = null, Func<bool>? isHigh = null) =>
        new(new FileTailSource(new FileTailOptions
        {
            Name = "control-plane", Cluster = "prod", Paths = [Path.Combine(It.Folder, pattern)], StartAtLatest = latest, LotBytes = lotBytes, MostLineBytes = mostLineBytes,
            PollEvery = TimeSpan.FromMilliseconds(20), RescanEvery = TimeSpan.FromMilliseconds(100), SettleAfter = TimeSpan.FromMilliseconds(300),
        }, pipeline ?? It.Pipeline, Checkpoints, isHigh ?? (() => false), TimeProvider.System, NullLogger<FileTailSource>.Instance));

    private protected static Task UntilAsync(SourceRun run, int messages) => run.UntilAsync(s => s.Messages >= messages, $"{messages} lines");

    private protected async Task AllAsync(SourceRun run, int quarantined)
    {
        await run.StopAsync();
        var (ids, _) = await SourceRun.ReadAsync(It);
        Assert.Equal(Written, ids.Count);
        Assert.Equal(quarantined, (await It.Quarantine()).Count);
    }
}
