using AuditWatch.Events;
using Confluent.Kafka;

namespace AuditWatch.Ingest.Journal.Kafka;

/// <summary>Finds records by position, and keeps the frame found last: evidence is asked for in runs that lie together.</summary>
internal sealed class RecordFinder(KafkaJournalOptions options, int partition) : IAsyncDisposable
{
    readonly SemaphoreSlim _gate = new(1, 1);
    readonly FrameDecoder _decoder = new();
    IConsumer<byte[], byte[]>? _reader;
    long _offset = -1;
    JournalFrame? _frame;

    public async Task<JournalRecord?> FindAsync(EventPosition position, CancellationToken stop)
    {
        if (position.Index < 0 || position.Segment < 0 || position.Frame < 0) return null;
        await _gate.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            var offset = KafkaPlace.OffsetOf(position);
            if (_offset != offset) await Task.Run(() => Load(offset), stop).ConfigureAwait(false);
            if (_frame is not { } frame || position.Index >= frame.Records.Count) return null;
            return new JournalRecord(position, frame.Kind, frame.Cluster, frame.Source, frame.ReceivedMicros,
                frame.Ids.Count > position.Index ? frame.Ids[position.Index] : null, frame.Records[position.Index].ToArray());
        }
        catch (KafkaException fault)
        {
            throw new IOException($"{options.Topic}/{partition} cannot be read: {fault.Error.Reason}.", fault);
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_reader is not null) await Task.Run(_reader.Dispose).ConfigureAwait(false);
        _decoder.Dispose();
        _gate.Dispose();
    }

    void Load(long offset)
    {
        (_frame, _offset) = (null, offset);
        _reader ??= KafkaConnection.Reader(options).SetLogHandler(static (_, _) => { }).Build();
        var marks = PartitionMarks.Query(_reader, options, partition);
        if (offset < marks.Low || offset >= marks.High) return;
        // The last part says how many there are; the others lie before it, perhaps between those of other producers.
        for (var back = 0L; ; back = Math.Max(2 * PartKey.MostParts, 4 * back))
        {
            var begin = Math.Max(marks.Low, offset - back);
            var (frame, parts) = Read(begin, offset);
            if (frame is not null && FrameBytes.TryOpen(frame, out var header)
                && _decoder.TryDecode(header, frame, FrameBytes.Payload(frame, header), KafkaPlace.Of(offset, 0), out _frame, out _)) return;
            if (parts <= 1 || begin == marks.Low || back > 100_000) return;
        }
    }

    (byte[]? Frame, int Parts) Read(long begin, long offset)
    {
        _reader!.Assign(new TopicPartitionOffset(options.Topic, partition, begin));
        var assembly = new FrameAssembly();
        while (true)
        {
            var result = _reader.Consume(KafkaConnection.Patience) ?? throw new IOException($"{options.Topic}/{partition} did not answer.");
            if (result.IsPartitionEOF || result.Offset.Value > offset) return (null, 0);
            if (!PartKey.TryRead(result.Message.Key, out var key)) continue;
            var frame = assembly.Take(key, result.Message.Value, result.Offset.Value);
            if (result.Offset.Value == offset) return (frame, key.Parts);
        }
    }
}
