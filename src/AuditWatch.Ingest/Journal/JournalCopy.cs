namespace AuditWatch.Ingest.Journal;

/// <summary>
/// Copies a journal while another process may be writing it. Complete segments are never changed again, and of the last one everything before its length of now is as it
/// stays; a frame that was half written by then is cut off the copy. The copy holds everything that was durable when the copying began.
/// </summary>
public static class JournalCopy
{
    /// <summary>Copies into a folder that does not exist yet. Returns what verifying the copy found.</summary>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public static VerifyReport Write(string from, string to, CancellationToken stop)
    {
        Directory.CreateDirectory(to);
        foreach (var number in SegmentNames.ListIds(from)) Copy(SegmentNames.Ids(from, number), SegmentNames.Ids(to, number), stop);
        foreach (var number in SegmentNames.List(from)) Copy(SegmentNames.Segment(from, number), SegmentNames.Segment(to, number), stop);
        // Ids that retention saved between the two steps go with the segments that it removed.
        foreach (var number in SegmentNames.ListIds(from).Where(n => !File.Exists(SegmentNames.Ids(to, n)))) Copy(SegmentNames.Ids(from, number), SegmentNames.Ids(to, number), stop);
        DirectorySync.Flush(to);
        var report = JournalVerifier.Verify(to, stop);
        if (report.TailBytes > 0 && SegmentNames.List(to) is [.., var last])
        {
            using var file = new FileStream(SegmentNames.Segment(to, last), FileMode.Open, FileAccess.Write);
            file.SetLength(file.Length - report.TailBytes);
            file.Flush(flushToDisk: true);
        }
        return report;
    }

    static void Copy(string from, string to, CancellationToken stop)
    {
        FileStream source;
        try
        {
            source = new FileStream(from, new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0, Options = FileOptions.SequentialScan });
        }
        catch (FileNotFoundException)
        {
            return;   // retention was quicker; it removes from the old end, so what is copied hangs together all the same
        }
        using (source)
        using (var target = new FileStream(to, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 }))
        {
            var buffer = new byte[1 << 20];
            for (var left = source.Length; left > 0;)
            {
                stop.ThrowIfCancellationRequested();
                var read = source.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
                if (read == 0) break;
                target.Write(buffer, 0, read);
                left -= read;
            }
            target.Flush(flushToDisk: true);
        }
    }
}
