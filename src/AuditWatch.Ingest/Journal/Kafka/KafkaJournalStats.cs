namespace AuditWatch.Ingest.Journal.Kafka;

/// <summary>What a journal on Kafka holds, told from frame headers (the brokers send whole records all the same).</summary>
/// <param name="Partitions">Each partition's first offset and the one that its next record gets.</param>
/// <param name="Bytes">Bytes of the topic's records.</param>
/// <param name="Groups">Per kind, cluster and source, in that order; repeats that readers drop are counted.</param>
/// <param name="UnreadableBytes">Bytes that are no valid frame.</param>
public sealed record KafkaJournalStats(IReadOnlyList<(int Partition, long Low, long High)> Partitions, long Bytes, IReadOnlyList<JournalStatsGroup> Groups, long UnreadableBytes)
{
    /// <summary>Reads the topic.</summary>
    /// <exception cref="IOException">The brokers cannot be read.</exception>
    public static async Task<KafkaJournalStats> ReadAsync(KafkaJournalOptions options, CancellationToken stop)
    {
        var groups = new Dictionary<(RecordKind, string, string), JournalStatsGroup>();
        var partitions = new List<(int, long, long)>();
        long bytes = 0, unreadable = 0;
        foreach (var partition in await KafkaConnection.PartitionsAsync(options with { Partitions = null }).WaitAsync(stop).ConfigureAwait(false))
        {
            await using var pump = new PartitionPump(options, partition, isPatient: false, static _ => { });
            var marks = await pump.MarksAsync().WaitAsync(stop).ConfigureAwait(false);
            partitions.Add((partition, marks.Low, marks.High));
            if (marks.High == marks.Low) continue;
            await pump.BeginAsync(marks.Low).ConfigureAwait(false);
            var assembly = new FrameAssembly();
            await foreach (var item in pump.Items.ReadAllAsync(stop).ConfigureAwait(false))
            {
                if (item.Offset >= marks.High) break;
                bytes += item.Value.Length;
                if (!PartKey.TryRead(item.Key, out var key)) unreadable += item.Value.Length;
                else if (assembly.Take(key, item.Value, item.Offset) is { } frame) unreadable += Count(groups, frame);
                if (item.Offset + 1 >= marks.High) break;
            }
        }
        return new KafkaJournalStats(partitions, bytes, JournalStats.InOrder(groups.Values), unreadable);
    }

    static long Count(Dictionary<(RecordKind, string, string), JournalStatsGroup> groups, byte[] frame)
    {
        if (!FrameBytes.TryOpen(frame, out var header)) return frame.Length;
        JournalStats.Count(groups, header, frame);
        return 0;
    }
}
