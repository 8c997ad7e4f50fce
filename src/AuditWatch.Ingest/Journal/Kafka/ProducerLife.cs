using System.Security.Cryptography;
using AuditWatch.Events;
using Confluent.Kafka;

namespace AuditWatch.Ingest.Journal.Kafka;

/// <summary>
/// One producer from its start to its end, or to its first failure: then everything it had under way has failed, and a new producer with a new id begins new chains.
/// So a chain never has a hole that is not a loss.
/// </summary>
internal sealed class ProducerLife : IDisposable
{
    static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);

    readonly KafkaJournalOptions _options;
    readonly Action<int, EventPosition> _onAcknowledged;
    readonly IProducer<byte[], byte[]> _producer;
    readonly UInt128 _id = new(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)), BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)));
    readonly Dictionary<int, Chain> _chains = [];
    readonly Lock _gate = new();
    readonly Dictionary<PendingFrame, long> _underWay = [];   // since when
    readonly TimeProvider _time;
    readonly ITimer _patience;
    IOException? _broken;

    public ProducerLife(KafkaJournalOptions options, TimeProvider time, Action<int, EventPosition> onAcknowledged, Action<string> onError)
    {
        (_options, _time) = (options, time);
        _onAcknowledged = onAcknowledged;
        _producer = KafkaConnection.Producer(options)
            .SetLogHandler((_, line) => { if (line.Level <= SyslogLevel.Error) onError(line.Message); })
            .SetErrorHandler((_, error) =>
            {
                onError(error.Reason);
                if (error.IsFatal) Break(error.Reason);
            })
            .Build();
        _patience = time.CreateTimer(_ => EndWhenLate(), null, s_look, s_look);
    }

    /// <summary>Why it ended.</summary>
    public string Reason
    {
        get
        {
            lock (_gate) return _broken?.Message ?? "";
        }
    }

    public bool IsBroken
    {
        get
        {
            lock (_gate) return _broken is not null;
        }
    }

    /// <summary>Sends an append's frames, in order. What becomes of each, its append is told.</summary>
    public void Send(int partition, List<PendingFrame> frames)
    {
        Chain chain;
        lock (_gate)
        {
            if (!_chains.TryGetValue(partition, out var known)) _chains.Add(partition, known = new Chain(_id, partition));
            chain = known;
        }
        // The order of the chain is the order of sending.
        lock (chain)
        {
            foreach (var frame in frames)
            {
                lock (_gate)
                {
                    if (_broken is not null) frame.Owner.OnFrameFailed(frame, _broken);
                    else _underWay.Add(frame, _time.GetTimestamp());
                }
                if (!IsBroken) Send(chain, frame);
            }
        }
    }

    /// <summary>Waits until everything sent is confirmed or has failed.</summary>
    public void Flush(TimeSpan wait) => _producer.Flush(wait);

    public void Dispose()
    {
        _patience.Dispose();
        Break("the journal is closed");
        _producer.Dispose();
    }

    void Send(Chain chain, PendingFrame frame)
    {
        var sequence = chain.Next++;
        var place = KafkaPlace.Of(sequence, 0);
        frame.Seal(place.Segment, place.Frame, chain.Acknowledged + 1, chain.Hash);
        var parts = PartKey.PartsOf(frame.Length);
        try
        {
            for (var part = 0; part < parts; part++)
            {
                var from = part * PartKey.PartBytes;
                var message = new Message<byte[], byte[]>
                {
                    Key = new PartKey(_id, sequence, part, parts).ToBytes(),
                    Value = frame.Bytes[from..Math.Min(frame.Length, from + PartKey.PartBytes)].ToArray(),
                };
                var isLast = part == parts - 1;
                lock (_gate)
                {
                    // Behind a failure nothing may be sent, or the chain would have a hole.
                    if (_broken is not null) return;
                    _producer.Produce(new TopicPartition(_options.Topic, chain.Partition), message, report => OnReport(chain, frame, report, isLast));
                }
            }
        }
        catch (Exception fault)
        {
            Break(fault is KafkaException { Error: var error } ? error.Reason : fault.Message);
        }
    }

    void OnReport(Chain chain, PendingFrame frame, DeliveryReport<byte[], byte[]> report, bool isLast)
    {
        if (report.Error.IsError)
        {
            Break(report.Error.Reason);
            return;
        }
        if (!isLast) return;
        lock (_gate)
        {
            if (!_underWay.Remove(frame)) return;
            chain.Acknowledged = report.Offset.Value;
            var place = KafkaPlace.Of(report.Offset.Value, frame.Header.Records - 1);
            _onAcknowledged(chain.Partition, place);
            frame.Owner.OnFrameWritten(frame, place.Segment, place.Frame);
            frame.Owner.OnFrameDurable();
        }
        frame.Release();
    }

    void EndWhenLate()
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            if (_underWay.Values.Any(since => _time.GetElapsedTime(since, now) > _options.DeliveryTimeout))
                Break(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"no answer in {_options.DeliveryTimeout.TotalSeconds} s"));
        }
    }

    void Break(string reason)
    {
        lock (_gate)
        {
            if (_broken is not null) return;
            _broken = new IOException($"The journal's Kafka brokers ({_options.Bootstrap}, topic {_options.Topic}) did not confirm: {reason.TrimEnd('.')}. Send it again.");
            foreach (var frame in _underWay.Keys)
            {
                frame.Owner.OnFrameFailed(frame, _broken);
            }
            _underWay.Clear();
        }
    }

    sealed class Chain(UInt128 producer, int partition)
    {
        public int Partition { get; } = partition;

        public long Next { get; set; }

        public long Acknowledged { get; set; } = -1;

        public byte[] Hash { get; } = ChainCheck.Beginning(producer, partition);
    }
}
