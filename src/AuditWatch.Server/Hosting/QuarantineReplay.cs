using System.Text;
using System.Text.Json;
using AuditWatch.Events;
using AuditWatch.Events.Framing;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Pipeline;
using AuditWatch.Server.Queries;
using AuditWatch.Storage.State;

namespace AuditWatch.Server.Hosting;

/// <summary>Sends what quarantine kept of records through the pipeline again: after an update that understands them, they become events.</summary>
sealed class QuarantineReplay(StateStore state, IngestPipeline pipeline, Func<EventPosition, CancellationToken, ValueTask<JournalRecord?>> read)
{
    /// <summary>How many records became events. <paramref name="id"/> null: all.</summary>
    public async Task<int> RunAsync(string? id, CancellationToken stop)
    {
        var notes = id is null ? await state.ListQuarantineAsync(null, 0, stop) : [await FindAsync(id, stop)];
        var replayed = new List<EventPosition>();
        foreach (var note in notes.Where(n => n.ReplayedMicros is null || id is not null))
        {
            if (await read(note.Position, stop) is not { } record || TextOf(record.Utf8) is not { } text) continue;
            // The same place as before: a record that is still not understood is the quarantined record that is already there.
            var result = await pipeline.IngestAsync(new IngestBatch(note.Cluster, note.Source, "", [new FramedDocument(text, 1)]) { IsReplay = true }, stop);
            if (result.Accepted + result.Repeats > 0 && result.Quarantined == 0) replayed.Add(note.Position);
        }
        await state.MarkReplayedAsync(replayed, stop);
        return replayed.Count;
    }

    async Task<QuarantineNote> FindAsync(string id, CancellationToken stop) =>
        QuarantineNote.TryParseId(id, out var position) && await state.FindQuarantineNoteAsync(position, stop) is { } note ? note : throw new QueryFault($"There is no quarantined record '{id}'.");

    static byte[]? TextOf(ReadOnlyMemory<byte> record)
    {
        using var json = JsonDocument.Parse(record);
        return json.RootElement.TryGetProperty("text", out var text) && text.GetString() is { } kept ? Encoding.UTF8.GetBytes(kept) : null;
    }
}
