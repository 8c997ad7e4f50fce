using System.Security.Cryptography;
using AuditWatch.Ingest.Journal;

namespace AuditWatch.Ingest.Pipeline;

/// <summary>The bad records of one input on their way to the journal. A hostile input can hold one in every second byte: beyond a bound one note counts the rest.</summary>
internal sealed class QuarantineNotes(IngestPipeline pipeline, string cluster, string source, string position, bool isReplay = false)
{
    const int NotesPerAppend = 500;
    const int MostNotes = 10_000;

    readonly List<QuarantineNote> _notes = [];
    int _kept, _ordinal;
    long _uncounted;

    /// <summary>Which API server the input came from; empty: not known.</summary>
    public string ApiServer { get; set; } = "";

    /// <summary>Enough is held; write it before keeping more.</summary>
    public bool MustWrite => _notes.Count >= NotesPerAppend;

    /// <summary>Bad records so far, kept or only counted.</summary>
    public int Count => (int)Math.Min(int.MaxValue, _kept + _uncounted);

    /// <summary>What comes now stands at another position, and is numbered from there.</summary>
    public void BeginNumbering() => _ordinal = 0;

    /// <summary>Keeps a record. <paramref name="content"/> is what is known of it, not yet cleaned.</summary>
    public void Keep(string sourcePosition, string reason, string detail, long line, long offset, long bytes, byte[] hash, ReadOnlySpan<byte> content)
    {
        if (_kept >= MostNotes)
        {
            _uncounted++;
            return;
        }
        var text = Clean(content, ref detail);
        _kept++;
        _notes.Add(new QuarantineNote(cluster, source, sourcePosition, reason, detail, line, offset, _ordinal++) { Bytes = bytes, Hash = hash, Text = text });
    }

    /// <summary>Writes what is held. Returns once it is durable.</summary>
    public async ValueTask WriteAsync()
    {
        if (isReplay) _notes.Clear();
        if (_notes.Count == 0) return;
        var received = pipeline.Time.GetUtcNow();
        var ids = _notes.ConvertAll(b => b.Id());
        var records = _notes.Select((b, i) => (ReadOnlyMemory<byte>)b.ToJson(ids[i], received)).ToArray();
        // One append per reason, so that what was new can be counted by reason.
        foreach (var reason in _notes.Select((b, i) => (b.Reason, Index: i)).GroupBy(b => b.Reason, StringComparer.Ordinal))
        {
            var indexes = reason.Select(r => r.Index).ToArray();
            var batch = new JournalBatch(cluster, source, _notes[indexes[0]].SourcePosition, RecordKind.Quarantine, [.. indexes.Select(i => records[i])]) { Ids = [.. indexes.Select(i => ids[i])], ApiServer = ApiServer };
            var result = await pipeline.Journal.AppendAsync(batch, CancellationToken.None).ConfigureAwait(false);
            if (result.Stored > 0) pipeline.Counters.AddQuarantined(reason.Key, result.Stored);
        }
        _notes.Clear();
    }

    /// <summary>The input is over: writes the rest, and how many were only counted.</summary>
    public ValueTask CompleteAsync()
    {
        if (_uncounted > 0)
            _notes.Add(new QuarantineNote(cluster, source, position, "too-many", $"{_uncounted} further bad records in the same input are counted here and not kept.", 1, -1, MostNotes) { Bytes = 0, Hash = SHA256.HashData([]), Text = [] });
        return WriteAsync();
    }

    // Text that cannot be cleaned is not kept; and hostile text that makes cleaning fail must not cost the batch.
    byte[] Clean(ReadOnlySpan<byte> content, ref string detail)
    {
        if (content.IsEmpty) return [];
        try
        {
            return pipeline.Redactor.CleanUnparsable(content);
        }
        catch (Exception e)
        {
            detail += $" Its text could not be cleaned ({e.GetType().Name}) and is not kept.";
            return [];
        }
    }
}
