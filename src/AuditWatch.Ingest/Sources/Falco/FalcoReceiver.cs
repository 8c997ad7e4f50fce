using System.Buffers;
using System.Security.Cryptography;
using AuditWatch.Events.Falco;
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
    const int LotBytes = 1 << 20;
    const string Source = "falco";
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
            await _opening.WaitAsync(stop).ConfigureAwait(false);
            try
            {
                return new WebhookResult(WebhookOutcome.Accepted, await TakeAsync(cluster, whole).ConfigureAwait(false), TimeSpan.Zero, "");
            }
            finally
            {
                _opening.Release();
            }
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

    async Task<IngestResult> TakeAsync(string cluster, MemoryStream body)
    {
        var bad = new QuarantineNotes(pipeline, cluster, Source, "");
        var lot = new FalcoLot(cluster);
        var (stored, repeats) = (0, 0);
        try
        {
            if (body.Length > MostBytes) KeepBody("too-large", $"The body has more than {MostBytes >> 20} MiB.", 4096);
            else
            {
                foreach (var document in DocumentFramer.ReadDocuments(body, Limits))
                {
                    Take(document);
                    if (lot.Bytes >= LotBytes) await AppendAsync().ConfigureAwait(false);
                    if (bad.MustWrite) await bad.WriteAsync().ConfigureAwait(false);
                }
            }
        }
        catch (UnpackedTextTooLongException e)
        {
            KeepBody("too-large", $"The body unpacks to more than {e.Limit} bytes; what is behind them is not read.", 0);
        }
        catch (Exception e) when (e is InvalidDataException or ZstdSharp.ZstdException)
        {
            KeepBody("malformed-envelope", $"The body cannot be unpacked: {e.Message}", 0);
        }

        await AppendAsync().ConfigureAwait(false);
        await bad.CompleteAsync().ConfigureAwait(false);
        return new IngestResult(stored, repeats, bad.Count, 0, 0);

        void Take(FramedDocument document)
        {
            if (document.IsOversize)
            {
                Keep("too-large", $"The alert has more than {Limits.MaxDocument} bytes.", document.Utf8.Span, document.Line);
                return;
            }

            using var alert = FalcoAlert.TryRead(document.Utf8, out var reason, out var detail);
            if (alert is null) Keep(reason, detail, document.Utf8.Span, document.Line);
            else if (FalcoCleaner.TryClean(pipeline.Redactor, alert.Root) is { } cleaned) lot.Add(cleaned, alert.TimeMicros);
            else bad.Keep("", "redaction-failed", "The alert could not be cleaned; none of its text is kept.", document.Line, -1, document.Utf8.Length, SHA256.HashData(document.Utf8.Span), []);
        }

        void Keep(string reason, string detail, ReadOnlySpan<byte> content, long line) => bad.Keep("", reason, detail, line, -1, content.Length, SHA256.HashData(content), content);

        void KeepBody(string reason, string detail, int head)
        {
            var bytes = body.GetBuffer().AsSpan(0, (int)body.Length);
            bad.Keep("", reason, detail, 1, -1, bytes.Length, SHA256.HashData(bytes), bytes[..Math.Min(head, bytes.Length)]);
        }

        async Task AppendAsync()
        {
            if (lot.Count == 0) return;
            var result = await pipeline.Journal.AppendAsync(lot.ToBatch(Source), CancellationToken.None).ConfigureAwait(false);
            stored += result.Stored;
            repeats += result.Repeats;
            Interlocked.Add(ref _accepted, result.Stored);
            Interlocked.Add(ref _repeats, result.Repeats);
            lot = new FalcoLot(cluster);
        }
    }
}
