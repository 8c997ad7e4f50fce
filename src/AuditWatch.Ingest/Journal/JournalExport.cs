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
        var buffer = new ArrayBufferWriter<byte>(FlushAt + (1 << 16));
        long written = 0;
        foreach (var frame in reader.Read(EventPosition.Start))
        {
            if (frame.Kind != kind || (cluster is not null && !string.Equals(frame.Cluster, cluster, StringComparison.Ordinal))) continue;
            for (var i = 0; i < frame.Records.Count; i++)
            {
                Line(frame, i, buffer);
                written++;
                if (buffer.WrittenCount >= FlushAt) await FlushAsync(buffer, output, stop).ConfigureAwait(false);
                if (limit > 0 && written >= limit) break;
            }
            if (limit > 0 && written >= limit) break;
        }
        await FlushAsync(buffer, output, stop).ConfigureAwait(false);
        await output.FlushAsync(stop).ConfigureAwait(false);
        return (written, reader.Damage);
    }

    static void Line(JournalFrame frame, int index, ArrayBufferWriter<byte> buffer)
    {
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("segment", frame.Segment);
            json.WriteNumber("frame", frame.Frame);
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
