using AuditWatch.Events;

namespace AuditWatch.Ingest.Journal;

/// <summary>
/// Writes groups of frames and makes each group durable at once. A group that fails leaves no trace: its bytes are cut off, and the next group takes its place in
/// the chain. Used by one thread.
/// </summary>
internal sealed class SegmentWriter(string directory, LocalJournalOptions options, SegmentWriter.Start start) : IDisposable
{
    // Linux and macOS: ENOSPC, EDQUOT. Windows: ERROR_HANDLE_DISK_FULL, ERROR_DISK_FULL.
    static readonly int[] s_full = [28, 122, unchecked((int)0x80070027), unchecked((int)0x80070070)];

    readonly byte[] _hash = (byte[])start.Hash.Clone();
    readonly byte[] _groupHash = new byte[FrameHeader.HashLength];
    ISegmentFile? _file;
    int _segment = start.Segment, _frame = start.Frame;
    long _length = start.Length;
    EventPosition _end = start.End;
    bool _mustRoll, _isCreated;
    Exception? _fault;

    /// <summary>Where writing begins: the segment to continue (or create), its durable length, the next frame's number, the last frame's hash, the last record.</summary>
    internal sealed record Start(int Segment, int Frame, long Length, byte[] Hash, EventPosition End);

    /// <summary>Writes and flushes a group. Throws <see cref="JournalFullException"/> or another <see cref="IOException"/>; the group is then not in the journal.</summary>
    public DurableEnd Write(IReadOnlyList<PendingFrame> group)
    {
        if (_fault is not null) throw new IOException("The journal stopped after a failed write that could not be taken back; restart AuditWatch. " + _fault.Message, _fault);
        var length = _length;
        var frame = _frame;
        var isFlushing = false;
        var places = new (int Segment, int Frame)[group.Count];
        try
        {
            if (_length > 0 && (_mustRoll || _length >= options.SegmentBytes)) Roll(ref length, ref frame);
            var file = _file ??= Create();
            _hash.CopyTo(_groupHash.AsSpan());
            var durableBefore = length;
            for (var i = 0; i < group.Count; i++)
            {
                group[i].Seal(_segment, frame, durableBefore, _groupHash);
                file.Write(group[i].Bytes, length);
                length += group[i].Length;
                places[i] = (_segment, frame++);
            }
            isFlushing = true;
            file.Flush();
            if (_isCreated) DirectorySync.Flush(directory);
            _isCreated = false;
        }
        catch (Exception e)
        {
            // After a failed flush the system may have dropped dirty pages and say nothing the next time; a new file starts clean.
            _mustRoll |= isFlushing;
            TakeBack();
            throw Array.IndexOf(s_full, e.HResult) >= 0
                ? new JournalFullException($"No room is left on the disk for the journal in {directory}: free some, or lower journal.retain_size.", e)
                : new IOException($"The journal in {directory} could not be written: {e.Message}", e);
        }
        _groupHash.CopyTo(_hash.AsSpan());
        _length = length;
        _frame = frame;
        _end = new EventPosition(_segment, frame - 1, group[^1].Header.Records - 1);
        for (var i = 0; i < group.Count; i++) group[i].Owner.OnFrameWritten(group[i], places[i].Segment, places[i].Frame);
        return new DurableEnd(_segment, _length, _end);
    }

    public void Dispose() => _file?.Dispose();

    // Everything in the old segment is durable: groups end with a flush, and a new segment begins with a group.
    void Roll(ref long length, ref int frame)
    {
        _file?.Dispose();
        _file = null;
        _segment++;
        _length = length = 0;
        _frame = frame = 0;
        _mustRoll = false;
    }

    ISegmentFile Create()
    {
        _isCreated = true;
        return options.OpenFile(SegmentNames.Segment(directory, _segment));
    }

    void TakeBack()
    {
        if (_file is null) return;
        try
        {
            _file.Cut(_length);
            _file.Flush();
        }
        catch (Exception e)
        {
            _fault = e;
        }
    }
}
