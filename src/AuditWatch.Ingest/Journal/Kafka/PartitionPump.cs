using System.Threading.Channels;
using Confluent.Kafka;

namespace AuditWatch.Ingest.Journal.Kafka;

/// <summary>Reads a partition's records from an offset on, on a thread of its own, a few ahead of whoever takes them.</summary>
internal sealed class PartitionPump : IAsyncDisposable
{
    // Beside these, the client keeps up to 8 MiB.
    const int Ahead = 16;
    static readonly TimeSpan s_mostSilence = TimeSpan.FromSeconds(60);

    readonly KafkaJournalOptions _options;
    readonly TopicPartition _place;
    readonly bool _isPatient;
    readonly Action<string> _onError;
    readonly IConsumer<byte[], byte[]> _reader;
    CancellationTokenSource _stop = new();
    Channel<Item> _items = Channel.CreateBounded<Item>(1);
    Task _running = Task.CompletedTask;
    long _high;

    /// <param name="options">Where.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="isPatient">Waits for brokers however long they are away; otherwise a minute of silence is a fault.</param>
    /// <param name="onError">Is told what the client says.</param>
    public PartitionPump(KafkaJournalOptions options, int partition, bool isPatient, Action<string> onError)
    {
        (_options, _place, _isPatient, _onError) = (options, new TopicPartition(options.Topic, partition), isPatient, onError);
        _reader = KafkaConnection.Reader(options).SetLogHandler(static (_, _) => { }).SetErrorHandler((_, error) => _onError(error.Reason)).Build();
    }

    public ChannelReader<Item> Items => _items.Reader;

    /// <summary>The offset that the next record of the partition gets, as far as the client has heard.</summary>
    public long High => Interlocked.Read(ref _high);

    /// <summary>Asks where the partition begins and ends.</summary>
    /// <exception cref="IOException">No broker answers, or the topic is gone.</exception>
    public Task<PartitionMarks> MarksAsync() => Task.Run(() =>
    {
        var marks = PartitionMarks.Query(_reader, _options, _place.Partition.Value);
        Interlocked.Exchange(ref _high, marks.High);
        return marks;
    });

    /// <summary>Begins, or begins again: with an offset that is there, or the end.</summary>
    public async Task BeginAsync(long offset)
    {
        await EndAsync().ConfigureAwait(false);
        _stop = new CancellationTokenSource();
        _items = Channel.CreateBounded<Item>(new BoundedChannelOptions(Ahead) { SingleReader = true, SingleWriter = true });
        var (items, stop) = (_items.Writer, _stop.Token);
        _running = Task.Factory.StartNew(() => Run(offset, items, stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync().ConfigureAwait(false);
        await Task.Run(_reader.Dispose).ConfigureAwait(false);
    }

    async Task EndAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stop.Dispose();
    }

    void Run(long begin, ChannelWriter<Item> items, CancellationToken stop)
    {
        Exception? fault = null;
        try
        {
            _reader.Assign(new TopicPartitionOffset(_place, begin));
            for (var heard = Environment.TickCount64; !stop.IsCancellationRequested;)
            {
                if (Next() is { } result)
                {
                    heard = Environment.TickCount64;
                    Hand(result, items, stop);
                }
                else if (!_isPatient && Environment.TickCount64 - heard > s_mostSilence.TotalMilliseconds)
                    throw new IOException($"Nothing was heard of {_place.Topic}/{_place.Partition.Value} for a minute.");
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
        catch (KafkaException e)
        {
            fault = new IOException($"{_place.Topic}/{_place.Partition.Value} cannot be read: {e.Error.Reason}.", e);
        }
        catch (Exception e)
        {
            fault = e;
        }
        items.TryComplete(fault);
    }

    ConsumeResult<byte[], byte[]>? Next()
    {
        try
        {
            return _reader.Consume(100);
        }
        catch (ConsumeException fault) when (!fault.Error.IsFatal && (_isPatient || fault.Error.IsBrokerError is false))
        {
            _onError(fault.Error.Reason);
            return null;
        }
    }

    void Hand(ConsumeResult<byte[], byte[]> result, ChannelWriter<Item> items, CancellationToken stop)
    {
        var high = Math.Max(_reader.GetWatermarkOffsets(_place).High.Value, result.Offset.Value + (result.IsPartitionEOF ? 0 : 1));
        if (high > High) Interlocked.Exchange(ref _high, high);
        var item = result.IsPartitionEOF ? new Item([], [], result.Offset.Value, IsEnd: true) : new Item(result.Message.Key ?? [], result.Message.Value ?? [], result.Offset.Value, IsEnd: false);
        while (!items.TryWrite(item))
        {
            if (!items.WaitToWriteAsync(stop).AsTask().GetAwaiter().GetResult()) return;
        }
    }

    /// <summary>A record, or word that there is none behind <see cref="Offset"/> now.</summary>
    public readonly record struct Item(byte[] Key, byte[] Value, long Offset, bool IsEnd);
}
