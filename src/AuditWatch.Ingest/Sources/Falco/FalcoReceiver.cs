using System.Buffers;
using System.Security.Cryptography;
using AuditWatch.Events;
using AuditWatch.Events.Falco;
using AuditWatch.Events.Framing;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Pipeline;

namespace AuditWatch.Ingest.Sources.Falco;

/// <summary>
/// Takes Falco's alerts in: cleaned, journaled, and only then answered. One alert, an array, or one per line; packed or not. What is no alert goes to quarantine.
/// </summary>
public sealed class FalcoReceiver(IngestPipeline pipeline, Func<bool> isOverHighWater)
{
    const int MostBytes = 8 << 20;
    const string Source = "falco";
    static readonly TimeSpan s_retryAfter = TimeSpan.FromSeconds(2);

    long _accepted, _repeats;

    /// <summary>Alerts journaled since the start.</summary>
    public long Accepted => Interlocked.Read(ref _accepted);

    /// <summary>Alerts that the journal already held.</summary>
    public long Repeats => Interlocked.Read(ref _repeats);

    /// <summary>Reads a body to its end, and returns once everything of it is durable, or why it is not.</summary>
    public async Task<WebhookResult> ReceiveAsync(string cluster, Stream body, CancellationToken stop)
    {
        if (isOverHighWater()) return new WebhookResult(WebhookOutcome.Busy, default, s_retryAfter, "The journal holds more unread bytes than journal.high_water allows.");
        try
        {
            using var whole = new MemoryStream();
            var piece = new byte[64 * 1024];
            while (whole.Length <= MostBytes && await body.ReadAsync(piece, stop).ConfigureAwait(false) is var read and > 0) whole.Write(piece, 0, read);
            return new WebhookResult(WebhookOutcome.Accepted, await TakeAsync(cluster, whole).ConfigureAwait(false), TimeSpan.Zero, "");
        }
        catch (OperationCanceledException)
        {
            return new WebhookResult(WebhookOutcome.Incomplete, default, s_retryAfter, "The request was cancelled.");
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return new WebhookResult(WebhookOutcome.Unavailable, default, s_retryAfter, e.Message);
        }
    }

    async Task<IngestResult> TakeAsync(string cluster, MemoryStream body)
    {
        var (records, ids, times, bad) = (new List<ReadOnlyMemory<byte>>(), new List<EventId>(), new List<long>(), new List<QuarantineNote>());
        if (body.Length > MostBytes) Keep("too-large", $"The body has more than {MostBytes >> 20} MiB.", body.GetBuffer().AsSpan(0, 4096), 1);
        else
        {
            body.Position = 0;
            try
            {
                foreach (var document in DocumentFramer.ReadDocuments(body)) Take(document);
            }
            catch (Exception e) when (e is InvalidDataException or ZstdSharp.ZstdException)
            {
                Keep("malformed-envelope", $"The body cannot be unpacked: {e.Message}", [], 1);
            }
        }

        var (stored, repeats) = (0, 0);
        if (records.Count > 0)
        {
            var result = await pipeline.Journal.AppendAsync(new JournalBatch(cluster, Source, "", RecordKind.Falco, records) { Ids = ids, EventTimes = times }, CancellationToken.None).ConfigureAwait(false);
            (stored, repeats) = (result.Stored, result.Repeats);
            Interlocked.Add(ref _accepted, stored);
            Interlocked.Add(ref _repeats, repeats);
        }

        await QuarantineAsync(cluster, bad).ConfigureAwait(false);
        return new IngestResult(stored, repeats, bad.Count, 0, 0);

        void Take(FramedDocument document)
        {
            using var alert = FalcoAlert.TryRead(document.Utf8, out var reason, out var detail);
            if (alert is null)
            {
                Keep(reason, detail, document.Utf8.Span, document.Line);
                return;
            }

            if (FalcoCleaner.TryClean(pipeline.Redactor, alert.Root) is not { } cleaned)
            {
                Keep("redaction-failed", "The alert could not be cleaned; none of its text is kept.", [], document.Line);
                return;
            }

            records.Add(cleaned);
            ids.Add(EventId.Of(cluster, cleaned));
            times.Add(alert.TimeMicros);
        }

        void Keep(string reason, string detail, ReadOnlySpan<byte> content, long line) =>
            bad.Add(new QuarantineNote(cluster, Source, "", reason, detail, line, -1, bad.Count) { Bytes = content.Length, Hash = SHA256.HashData(content), Text = content.IsEmpty ? [] : pipeline.Redactor.CleanUnparsable(content) });
    }

    async Task QuarantineAsync(string cluster, List<QuarantineNote> bad)
    {
        var received = pipeline.Time.GetUtcNow();
        foreach (var reason in bad.GroupBy(b => b.Reason, StringComparer.Ordinal))
        {
            var ids = reason.Select(b => b.Id()).ToList();
            var records = reason.Select((b, i) => (ReadOnlyMemory<byte>)b.ToJson(ids[i], received)).ToList();
            var result = await pipeline.Journal.AppendAsync(new JournalBatch(cluster, Source, "", RecordKind.Quarantine, records) { Ids = ids }, CancellationToken.None).ConfigureAwait(false);
            if (result.Stored > 0) pipeline.Counters.AddQuarantined(reason.Key, result.Stored);
        }
    }
}
