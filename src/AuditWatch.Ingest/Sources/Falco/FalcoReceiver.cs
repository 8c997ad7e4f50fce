using System.Buffers;
using AuditWatch.Events.Framing;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Pipeline;

namespace AuditWatch.Ingest.Sources.Falco;

/// <summary>
/// Takes Falco's alerts in: cleaned, journaled, and only then answered. One alert, an array, or one per line; packed or not. What is no alert goes to quarantine.
/// A body is small on the wire and bounded unpacked, and goes to the journal while it is unpacked, so that none costs more memory than any other.
/// </summary>
public sealed class FalcoReceiver(IngestPipeline pipeline, Func<bool> isOverHighWater) : IDisposable
{
    const int MostBytes = 8 << 20;
    static readonly TimeSpan s_retryAfter = TimeSpan.FromSeconds(2);

    readonly BytesInFlight _bytes = new(4 * MostBytes);
    readonly SemaphoreSlim _opening = new(2);
    long _accepted, _repeats;

    /// <summary>Alerts journaled since the start.</summary>
    public long Accepted => Interlocked.Read(ref _accepted);

    /// <summary>Alerts that the journal already held.</summary>
    public long Repeats => Interlocked.Read(ref _repeats);

    /// <summary>The largest alert, and what a body may unpack to. Falco's alerts have some kilobytes.</summary>
    internal FramingLimits Limits { get; init; } = new(1 << 20, 64 << 20);

    /// <summary>Reads a body to its end, and returns once everything of it is durable, or why it is not.</summary>
    public async Task<WebhookResult> ReceiveAsync(string cluster, Stream body, long? contentLength, CancellationToken stop)
    {
        if (isOverHighWater()) return Refuse(WebhookOutcome.Busy, "The journal holds more unread bytes than journal.high_water allows.");
        var share = Math.Clamp(contentLength ?? MostBytes, 64 * 1024, MostBytes);
        var taken = false;
        try
        {
            if (!await _bytes.TryTakeAsync(share, pipeline.Options.BodyWait, pipeline.Time, stop).ConfigureAwait(false)) return Refuse(WebhookOutcome.Busy, "Too many bodies are under way.");
            taken = true;
            using var whole = await ReadAsync(body, stop).ConfigureAwait(false);
            using var intake = new FalcoIntake(pipeline, cluster, Limits, OnStored);
            await _opening.WaitAsync(stop).ConfigureAwait(false);
            try
            {
                await intake.OpenAsync(whole, MostBytes).ConfigureAwait(false);
            }
            finally
            {
                _opening.Release();
            }
            // Waiting for the disk is for all at once: one fsync covers them.
            return new WebhookResult(WebhookOutcome.Accepted, await intake.CompleteAsync().ConfigureAwait(false), TimeSpan.Zero, "");
        }
        catch (OperationCanceledException)
        {
            return Refuse(WebhookOutcome.Incomplete, "The request was cancelled.");
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return Refuse(WebhookOutcome.Unavailable, e.Message);
        }
        finally
        {
            if (taken) _bytes.Return(share);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _opening.Dispose();

    static WebhookResult Refuse(WebhookOutcome outcome, string problem) => new(outcome, default, s_retryAfter, problem);

    static async Task<MemoryStream> ReadAsync(Stream body, CancellationToken stop)
    {
        var whole = new MemoryStream();
        var piece = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            while (whole.Length <= MostBytes && await body.ReadAsync(piece, stop).ConfigureAwait(false) is var read and > 0) whole.Write(piece, 0, read);
            whole.Position = 0;
            return whole;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    void OnStored(AppendResult result)
    {
        Interlocked.Add(ref _accepted, result.Stored);
        Interlocked.Add(ref _repeats, result.Repeats);
    }
}
