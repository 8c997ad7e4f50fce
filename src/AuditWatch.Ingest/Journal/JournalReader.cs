using AuditWatch.Events;

namespace AuditWatch.Ingest.Journal;

/// <summary>Reads a journal without writing it, while another process may be writing: the command line's view. Ends at the end, or at a frame still being written.</summary>
public sealed class JournalReader(string directory)
{
    readonly SegmentOffsets _offsets = new(directory);
    readonly List<JournalDamage> _damage = [];

    /// <summary>Damaged places come upon so far.</summary>
    public IReadOnlyList<JournalDamage> Damage => _damage;

    /// <summary>Whether the folder holds a journal.</summary>
    public bool Exists => SegmentNames.List(directory).Count > 0;

    /// <summary>Frames after a position, in order. A frame's memory is borrowed until the next one.</summary>
    public IEnumerable<JournalFrame> Read(EventPosition after)
    {
        using var cursor = new FrameCursor(directory, after, _damage.Add, _offsets);
        while (cursor.Next(null) is { } frame) yield return frame;
    }

    /// <summary>One record, for evidence; null when the journal has none at that position.</summary>
    public JournalRecord? ReadRecord(EventPosition position)
    {
        using var lookup = new RecordLookup(directory, _offsets, _damage.Add);
        return lookup.Find(position, null);
    }
}
