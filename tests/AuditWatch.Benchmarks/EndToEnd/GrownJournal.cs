using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;
using AuditWatch.Ingest.Journal;

namespace AuditWatch.Benchmarks.EndToEnd;

/// <summary>Appends a journal's frames to it again and again, each with its new place and chained to the one before, until it has the size wanted. `journal verify` finds nothing wrong with it.</summary>
internal static class GrownJournal
{
    public static void Grow(string directory, long wanted)
    {
        var numbers = SegmentNames.List(directory);
        var size = numbers.Sum(n => new FileInfo(SegmentNames.Segment(directory, n)).Length);
        Span<byte> hash = stackalloc byte[FrameHeader.HashLength];
        var sources = new List<(int Number, long Length)>();
        foreach (var number in numbers) sources.Add((number, LastValid(directory, number, hash)));
        // A torn tail belongs to the last segment; the copies make it an inner one.
        var (last, length) = sources[^1];
        using (var tail = File.OpenHandle(SegmentNames.Segment(directory, last), FileMode.Open, FileAccess.Write)) RandomAccess.SetLength(tail, length);
        var frame = new byte[1 << 20];
        for (var next = last + 1; size < wanted; next++)
        {
            var (number, end) = sources[next % sources.Count];
            using var reader = new SegmentReader(SegmentNames.Segment(directory, number), number);
            using var file = File.OpenHandle(SegmentNames.Segment(directory, next), FileMode.CreateNew, FileAccess.Write);
            for (long at = 0, count = 0; reader.ReadFrame(end) == FrameState.Valid; count++)
            {
                var total = (int)reader.Header.FrameLength;
                if (frame.Length < total) frame = new byte[total];
                reader.HeaderBytes.CopyTo(frame);
                reader.Payload.CopyTo(frame.AsSpan(reader.Header.HeaderLength));
                FrameHeader.Place(frame, next, (int)count, at, hash);
                var body = frame.AsSpan(0, total - FrameHeader.TrailerLength);
                BinaryPrimitives.WriteUInt64LittleEndian(frame.AsSpan(body.Length), XxHash3.HashToUInt64(body));
                SHA256.HashData(body, hash);
                RandomAccess.Write(file, frame.AsSpan(0, total), at);
                at += total;
            }
            size += RandomAccess.GetLength(file);
        }
    }

    static long LastValid(string directory, int number, Span<byte> hash)
    {
        using var reader = new SegmentReader(SegmentNames.Segment(directory, number), number);
        while (reader.ReadFrame(reader.FileLength) == FrameState.Valid) reader.Hash(hash);
        return reader.Offset;
    }
}
