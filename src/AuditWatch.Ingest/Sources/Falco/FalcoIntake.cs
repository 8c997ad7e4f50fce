using System.Security.Cryptography;
using AuditWatch.Events.Falco;
using AuditWatch.Events.Framing;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Pipeline;

namespace AuditWatch.Ingest.Sources.Falco;

/// <summary>One body on its way: opened first, alert by alert, then waited for until all of it is durable.</summary>
internal sealed class FalcoIntake(IngestPipeline pipeline, string cluster, FramingLimits limits, Action<AppendResult> onStored) : IDisposable
{
    const int LotBytes = 1 << 20;
    const string Source = "falco";

    readonly QuarantineNotes _bad = new(pipeline, cluster, Source, "");
    readonly FalcoCleaner _cleaner = new(pipeline.Redactor);
    EventLot _lot = new(cluster);
    int _stored, _repeats;

    /// <summary>Takes a body apart. Its memory is not needed afterwards, and what is held still is about as much.</summary>
    public async Task OpenAsync(MemoryStream body, int mostBytes)
    {
        try
        {
            if (body.Length > mostBytes) KeepBody(body, "too-large", $"The body has more than {mostBytes >> 20} MiB.", 4096);
            else
            {
                foreach (var document in DocumentFramer.ReadDocuments(body, limits))
                {
                    Take(document);
                    if (_lot.Buffer.Length >= LotBytes) await AppendAsync().ConfigureAwait(false);
                    if (_bad.MustWrite) await _bad.WriteAsync().ConfigureAwait(false);
                }
            }
        }
        catch (UnpackedTextTooLongException e)
        {
            KeepBody(body, "too-large", $"The body unpacks to more than {e.Limit} bytes; what is behind them is not read.", 0);
        }
        catch (Exception e) when (e is InvalidDataException or ZstdSharp.ZstdException)
        {
            KeepBody(body, "malformed-envelope", $"The body cannot be unpacked: {e.Message}", 0);
        }

        // A packed body holds far more than it was on the wire.
        if (_lot.Buffer.Length > 2 * body.Length) await AppendAsync().ConfigureAwait(false);
        if (_bad.Count > 0) await _bad.WriteAsync().ConfigureAwait(false);
    }

    /// <summary>Hands over the rest and waits until all of it is durable.</summary>
    public async Task<IngestResult> CompleteAsync()
    {
        await AppendAsync().ConfigureAwait(false);
        await _bad.CompleteAsync().ConfigureAwait(false);
        return new IngestResult(_stored, _repeats, _bad.Count, 0, 0);
    }

    public void Dispose()
    {
        _lot.Dispose();
        _cleaner.Dispose();
    }

    void Take(FramedDocument document)
    {
        if (document.IsOversize)
        {
            Keep("too-large", $"The alert has more than {limits.MaxDocument} bytes.", document);
            return;
        }

        using var alert = FalcoAlert.TryRead(document.Utf8, out var reason, out var detail);
        if (alert is null)
        {
            Keep(reason, detail, document);
            return;
        }
        var start = _lot.Begin();
        if (_cleaner.TryClean(alert.Root, _lot.Buffer)) _lot.End(start, alert.TimeMicros);
        else
        {
            _lot.Buffer.CutTo(start);
            _bad.Keep("", "redaction-failed", "The alert could not be cleaned; none of its text is kept.", document.Line, -1, document.Utf8.Length, SHA256.HashData(document.Utf8.Span), []);
        }
    }

    void Keep(string reason, string detail, FramedDocument document) =>
        _bad.Keep("", reason, detail, document.Line, -1, document.Utf8.Length, SHA256.HashData(document.Utf8.Span), document.Utf8.Span);

    void KeepBody(MemoryStream body, string reason, string detail, int head)
    {
        var bytes = body.GetBuffer().AsSpan(0, (int)body.Length);
        _bad.Keep("", reason, detail, 1, -1, bytes.Length, SHA256.HashData(bytes), bytes[..Math.Min(head, bytes.Length)]);
    }

    async Task AppendAsync()
    {
        if (_lot.Count == 0) return;
        using var lot = _lot;
        _lot = new EventLot(cluster);
        var result = await pipeline.Journal.AppendAsync(lot.ToBatch(cluster, Source, "", RecordKind.Falco), CancellationToken.None).ConfigureAwait(false);
        _stored += result.Stored;
        _repeats += result.Repeats;
        onStored(result);
    }
}
