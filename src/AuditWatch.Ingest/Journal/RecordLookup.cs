using AuditWatch.Events;

namespace AuditWatch.Ingest.Journal;

/// <summary>Finds records by position, and keeps the frame found last: evidence is asked for in runs that lie together.</summary>
internal sealed class RecordLookup(string directory, SegmentOffsets offsets, Action<JournalDamage> onDamage) : IDisposable
{
    readonly Lock _gate = new();
    FrameCursor? _cursor;
    JournalFrame? _frame;

    public JournalRecord? Find(EventPosition position, DurableEnd? end)
    {
        lock (_gate)
        {
            if (position.Index < 0 || position.Frame < 0 || !File.Exists(SegmentNames.Segment(directory, position.Segment))) return null;
            if (_frame?.Segment != position.Segment || _frame.Frame != position.Frame)
            {
                Dispose();
                _cursor = new FrameCursor(directory, position with { Index = -1 }, onDamage, offsets);
                _frame = _cursor.Next(end);
            }
            if (_frame is not { } frame || frame.Segment != position.Segment || frame.Frame != position.Frame || position.Index >= frame.Records.Count) return null;
            return new JournalRecord(position, frame.Kind, frame.Cluster, frame.Source, frame.ReceivedMicros,
                frame.Ids.Count > position.Index ? frame.Ids[position.Index] : null, frame.Records[position.Index].ToArray());
        }
    }

    public void Dispose()
    {
        _cursor?.Dispose();
        _cursor = null;
        _frame = null;
    }
}
