using System.Buffers;
using System.Text.Json;
using AuditWatch.Events;

namespace AuditWatch.Ingest.Journal;

/// <summary>
/// Writes a journal as lines of JSON: <c>{"segment","frame","index","cluster","source","received","event":{…}}</c>, the event as it is stored.
/// </summary>
public static class JournalExport
{
    const int FlushAt = 1 << 20;

    /// <summary>Writes the records of one kind, of one cluster when named, at most <paramref name="limit"/> (0: all). Returns how many, and the damage met.</summary>
    public static async Task<(long Records, IReadOnlyList<JournalDamage> Damage)> WriteAsync(
        string directory, Stream output, RecordKind kind, string? cluster, long limit, CancellationToken stop)
    {
        var reader = new JournalReader(directory);
        var written = await WriteAsync(reader.Read(EventPosition.Start).ToAsyncEnumerable(), null, output, kind, cluster, limit, stop).ConfigureAwait(false);
        return (written, reader.Damage);
    }

    /// <summary>
    /// The same for the partitions of a journal on Kafka, one after the other: the lines begin <c>{"topic","partition","offset","index"</c>. Records that readers drop as
    /// repeats are left out.
    /// </summary>
    public static async Task<long> WriteAsync(
        IReadOnlyList<IJournalPartition> partitions, Stream output, RecordKind kind, string? cluster, long limit, CancellationToken stop)
    {
        long written = 0;
        foreach (var partition in partitions)
        {
            if (limit > 0 && written >= limit) break;
            written += await WriteAsync(partition.ReadAsync(EventPosition.Start, follow: false, stop), partition, output, kind, cluster, limit > 0 ? limit - written : 0, stop).ConfigureAwait(false);
        }
        return written;
    }

    static async Task<long> WriteAsync(
        IAsyncEnumerable<JournalFrame> frames, IJournalPartition? partition, Stream output, RecordKind kind, string? cluster, long limit, CancellationToken stop)
    {
        var buffer = new ArrayBufferWriter<byte>(FlushAt + (1 << 16));
        long written = 0;
        await foreach (var frame in frames.ConfigureAwait(false))
        {
            if (frame.Kind != kind || (cluster is not null && !string.Equals(frame.Cluster, cluster, StringComparison.Ordinal))) continue;
            for (var i = frame.FirstIndex; i < frame.Records.Count; i++)
            {
                Line(frame, i, partition, buffer);
                written++;
                if (buffer.WrittenCount >= FlushAt) await FlushAsync(buffer, output, stop).ConfigureAwait(false);
                if (limit > 0 && written >= limit) break;
            }
            if (limit > 0 && written >= limit) break;
        }
        await FlushAsync(buffer, output, stop).ConfigureAwait(false);
        await output.FlushAsync(stop).ConfigureAwait(false);
        return written;
    }

    static void Line(JournalFrame frame, int index, IJournalPartition? partition, ArrayBufferWriter<byte> buffer)
    {
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartObject();
            if (partition?.Topic is { } topic)
            {
                json.WriteString("topic", topic);
                json.WriteNumber("partition", partition.Partition);
                json.WriteNumber("offset", Kafka.KafkaPlace.OffsetOf(frame.PositionOf(index)));
            }
            else
            {
                json.WriteNumber("segment", frame.Segment);
                json.WriteNumber("frame", frame.Frame);
            }
            json.WriteNumber("index", index);
            json.WriteString("cluster", frame.Cluster);
            json.WriteString("source", frame.Source);
            json.WriteString("received", MicroTime.Format(frame.ReceivedMicros));
            json.WritePropertyName("event");
            WriteEvent(json, frame.Records[index].Span);
            json.WriteEndObject();
        }
        buffer.Write("\n"u8);
    }

    // An event may have come with line breaks in it (a pretty-printed document); between tokens they mean nothing, and within strings JSON has none.
    static void WriteEvent(Utf8JsonWriter json, ReadOnlySpan<byte> utf8)
    {
        if (!utf8.ContainsAny((byte)'\n', (byte)'\r'))
        {
            json.WriteRawValue(utf8, skipInputValidation: true);
            return;
        }
        var line = ArrayPool<byte>.Shared.Rent(utf8.Length);
        utf8.CopyTo(line);
        var span = line.AsSpan(0, utf8.Length);
        span.Replace((byte)'\n', (byte)' ');
        span.Replace((byte)'\r', (byte)' ');
        json.WriteRawValue(span, skipInputValidation: true);
        ArrayPool<byte>.Shared.Return(line);
    }

    static async Task FlushAsync(ArrayBufferWriter<byte> buffer, Stream output, CancellationToken stop)
    {
        await output.WriteAsync(buffer.WrittenMemory, stop).ConfigureAwait(false);
        buffer.ResetWrittenCount();
    }
}
