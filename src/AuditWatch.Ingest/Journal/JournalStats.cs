using AuditWatch.Events;

namespace AuditWatch.Ingest.Journal;

/// <summary>What a journal holds, told from frame headers alone.</summary>
/// <param name="Segments">Segment files.</param>
/// <param name="DiskBytes">Their size.</param>
/// <param name="Groups">Per kind, cluster and source, in that order.</param>
/// <param name="UnreadableBytes">Bytes that are no valid frame.</param>
public sealed record JournalStats(int Segments, long DiskBytes, IReadOnlyList<JournalStatsGroup> Groups, long UnreadableBytes)
{
    /// <summary>Reads all headers.</summary>
    public static JournalStats Read(string directory, CancellationToken stop)
    {
        var groups = new Dictionary<(RecordKind, string, string), JournalStatsGroup>();
        var segments = SegmentNames.List(directory);
        long disk = 0, unreadable = 0;
        foreach (var number in segments)
        {
            stop.ThrowIfCancellationRequested();
            using var reader = new SegmentReader(SegmentNames.Segment(directory, number), number);
            var limit = reader.FileLength;
            disk += limit;
            while (true)
            {
                var from = reader.Offset;
                var state = reader.ReadHeader(limit);
                if (state == FrameState.End) break;
                if (state == FrameState.Valid)
                {
                    Count(groups, reader.Header, reader.HeaderBytes);
                    continue;
                }
                var isFound = reader.TryResync(limit);
                unreadable += (isFound ? reader.Offset : limit) - from;
                if (!isFound) break;
            }
        }
        return new JournalStats(segments.Count, disk, InOrder(groups.Values), unreadable);
    }

    internal static IReadOnlyList<JournalStatsGroup> InOrder(IEnumerable<JournalStatsGroup> groups) =>
        [.. groups.OrderBy(g => g.Kind).ThenBy(g => g.Cluster, StringComparer.Ordinal).ThenBy(g => g.Source, StringComparer.Ordinal)];

    internal static void Count(Dictionary<(RecordKind, string, string), JournalStatsGroup> groups, in FrameHeader header, ReadOnlySpan<byte> bytes)
    {
        var (cluster, source, _) = FrameDecoder.Names(bytes, header);
        var key = (header.Kind, cluster, source);
        var group = groups.GetValueOrDefault(key) ?? new JournalStatsGroup(header.Kind, cluster, source);
        groups[key] = group with
        {
            Frames = group.Frames + 1,
            Records = group.Records + header.Records,
            RawBytes = group.RawBytes + header.RawLength,
            PackedBytes = group.PackedBytes + header.FrameLength,
            FirstReceivedMicros = group.Frames == 0 ? header.ReceivedMicros : Math.Min(group.FirstReceivedMicros, header.ReceivedMicros),
            LastReceivedMicros = Math.Max(group.LastReceivedMicros, header.ReceivedMicros),
            MinEventMicros = header.MinEventMicros != 0 && (group.MinEventMicros == 0 || header.MinEventMicros < group.MinEventMicros) ? header.MinEventMicros : group.MinEventMicros,
            MaxEventMicros = Math.Max(group.MaxEventMicros, header.MaxEventMicros),
        };
    }
}
