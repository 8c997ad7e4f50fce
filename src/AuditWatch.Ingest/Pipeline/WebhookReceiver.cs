using System.Buffers;
using AuditWatch.Events.Framing;
using AuditWatch.Ingest.Journal;

namespace AuditWatch.Ingest.Pipeline;

/// <summary>
/// Takes one request of the API server's audit webhook in. Nothing about a body's content is ever the client's fault (it would send the same again, and then give
/// 400 events up for one): bad items are quarantined and the rest is accepted. Knows nothing of HTTP but the answer it asks for.
/// </summary>
public sealed class WebhookReceiver(IngestPipeline pipeline, TimeProvider time, IngestOptions options, Func<bool> isOverHighWater, string source = "webhook") : IDisposable
{
    // Retry-After lets the API server try up to ten times as often before it gives a batch up (knowledge of client-go's retries); short, so that recovery is quick.
    static readonly TimeSpan s_retryAfter = TimeSpan.FromSeconds(2);

    readonly BytesInFlight _bytes = new(options.BodyBytesInFlight);
    readonly SemaphoreSlim _largeBodies = new(2);

    /// <summary>Reads a body to its end, and returns once everything of it is durable, or why it is not. <paramref name="apiServer"/>: who posts, unless the body says so itself.</summary>
    public async Task<WebhookResult> ReceiveAsync(string cluster, Stream body, long? contentLength, CancellationToken stop, string apiServer = "")
    {
        if (isOverHighWater()) return Refuse(WebhookOutcome.Busy, "The journal holds more unread bytes than journal.high_water allows.");
        var share = Math.Min(Math.Max(contentLength ?? options.WholeBodyBytes, 64 * 1024), options.WholeBodyBytes);
        var taken = false;
        try
        {
            if (!await _bytes.TryTakeAsync(share, options.BodyWait, time, stop).ConfigureAwait(false)) return Refuse(WebhookOutcome.Busy, "Too many bodies are under way.");
            taken = true;
            var ingested = await ReadAsync(cluster, apiServer, body, contentLength, stop).ConfigureAwait(false);
            return new WebhookResult(WebhookOutcome.Accepted, ingested, TimeSpan.Zero, "");
        }
        catch (BrokenBodyException e)
        {
            return Refuse(WebhookOutcome.Incomplete, e.Message);
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
    public void Dispose() => _largeBodies.Dispose();

    static WebhookResult Refuse(WebhookOutcome outcome, string problem) => new(outcome, default, s_retryAfter, problem);

    async Task<IngestResult> ReadAsync(string cluster, string apiServer, Stream body, long? contentLength, CancellationToken stop)
    {
        // One byte more than announced, so that the end is seen without growing.
        var buffer = ArrayPool<byte>.Shared.Rent(1 + (int)Math.Min(contentLength ?? 64 * 1024 - 1, options.WholeBodyBytes - 1));
        await using var intake = new Intake(pipeline, cluster, source, "", expected: Math.Max(contentLength ?? 0, 0)) { ApiServer = ApiServerName.Clean(apiServer) };
        try
        {
            var length = 0;
            while (length < options.WholeBodyBytes)
            {
                if (length == buffer.Length) buffer = Enlarge(buffer);
                var read = await PieceAsync(body, buffer.AsMemory(length), stop).ConfigureAwait(false);
                if (read == 0)
                {
                    intake.AddMessage(new FramedDocument(buffer.AsMemory(0, length), 1));
                    if (intake.HasPacked) await OpenPackedAsync(intake, stop).ConfigureAwait(false);
                    return await intake.CompleteAsync(stop).ConfigureAwait(false);
                }
                length += read;
            }
            return await StreamAsync(intake, body, buffer, length, stop).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // A packed record is a large one, whatever it was on the wire: two bodies at a time may have one open.
    async Task OpenPackedAsync(Intake intake, CancellationToken stop)
    {
        await _largeBodies.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            await OpenPackedHereAsync(intake).ConfigureAwait(false);
        }
        finally
        {
            _largeBodies.Release();
        }
    }

    static async Task OpenPackedHereAsync(Intake intake)
    {
        while (intake.OpenNextPacked())
        {
            if (intake.MustWait) await intake.WaitAsync().ConfigureAwait(false);
        }
    }

    // Two such bodies at a time: each may hold its largest item, and what it has on its way to the disk.
    async Task<IngestResult> StreamAsync(Intake intake, Stream body, byte[] buffer, int length, CancellationToken stop)
    {
        await _largeBodies.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            using var cutter = new ItemCutter(options.MaxRecordBytes, item => intake.AddMessage(new FramedDocument(item, 1)), (bytes, hash, head) => intake.AddTooLarge(bytes, hash, head, 1));
            for (var fed = 0; length > 0; fed = 0)
            {
                // In pieces, so that what is on its way to the disk stays bounded also while the first, large piece is taken apart.
                while (fed < length)
                {
                    var piece = Math.Min(64 * 1024, length - fed);
                    cutter.Feed(buffer.AsSpan(fed, piece));
                    fed += piece;
                    if (intake.MustWait) await intake.WaitAsync().ConfigureAwait(false);
                    await OpenPackedHereAsync(intake).ConfigureAwait(false);
                }
                length = await PieceAsync(body, buffer, stop).ConfigureAwait(false);
            }
            cutter.Finish();
            await OpenPackedHereAsync(intake).ConfigureAwait(false);
            return await intake.CompleteAsync(stop).ConfigureAwait(false);
        }
        finally
        {
            _largeBodies.Release();
        }
    }

    static byte[] Enlarge(byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    static async ValueTask<int> PieceAsync(Stream body, Memory<byte> buffer, CancellationToken stop)
    {
        try
        {
            return await body.ReadAsync(buffer, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or ObjectDisposedException)
        {
            throw new BrokenBodyException("The body broke off: " + e.Message, e);
        }
    }

    sealed class BrokenBodyException(string message, Exception inner) : Exception(message, inner);
}
