using Confluent.Kafka;

namespace AuditWatch.Ingest.Sources.Kafka;

public sealed partial class KafkaSource
{
    /// <summary>One run, on one thread: the client calls every handler on the thread that polls.</summary>
    sealed partial class Reading(KafkaSource source)
    {
        readonly Dictionary<TopicPartition, PartitionLot> _gathered = [];
        readonly Dictionary<TopicPartition, long> _expected = [];   // the offset that is read next
        readonly Dictionary<TopicPartition, long> _durable = [];    // the offset behind the last that the journal has
        readonly HashSet<TopicPartition> _rewound = [];
        readonly LotWriter _writer = new(source.Pipeline, source.Standing, source.Time);
        IConsumer<Ignore, byte[]> _consumer = null!;
        string? _brokerFault, _topicFault, _cause;
        KafkaException? _fatal;
        (string? Password, string? Authority) _login;
        bool _isHeld, _isAssigned, _isOutdated;
        long _bytes;
        int _count;

        public void Run(CancellationToken stop)
        {
            source.Standing.State = SourceState.Starting;
            _login = ReadLogin();
            _consumer = Build();
            try
            {
                _consumer.Subscribe(source.Options.Topics);
                while (!stop.IsCancellationRequested && !_isOutdated) Step();
                Finish(stop);
            }
            finally
            {
                source.Standing.OnNoPartitions();
                Close();
            }
        }

        void Step()
        {
            if (_fatal is not null) throw _fatal;
            _writer.Settle(TimeSpan.Zero);
            // A pause throws away what the client has fetched ahead. While the journal only takes its time, it is waited for without polling; the group bears that for long.
            if (IsFull && !_isHeld && _writer.Fault is null) _writer.Settle(s_fullWait);
            if (IsFull && _writer.IsIdle) Write();
            var isHigh = source.IsOverHighWater();
            Hold(IsFull || isHigh);
            source.Standing.State = _writer.Fault is not null || _brokerFault is not null || _topicFault is not null ? SourceState.Failing
                : isHigh ? SourceState.Holding
                : _isAssigned ? SourceState.Running : SourceState.Starting;
            var message = Poll(_count == 0 && _writer.IsIdle && !_isHeld ? 100 : 10);
            if (message is not null) Gather(message);
            if (_count > 0 && _writer.IsIdle && (message is null || IsFull)) Write();
        }

        bool IsFull => _bytes >= source.Options.LotBytes || _count >= MostMessages;

        ConsumeResult<Ignore, byte[]>? Poll(int milliseconds)
        {
            try
            {
                return _consumer.Consume(milliseconds);
            }
            catch (ConsumeException fault) when (!fault.Error.IsFatal && _fatal is null)
            {
                // An unknown topic, a missing right, a broken batch: said, and tried again by the client.
                if (_topicFault != fault.Error.Reason) LogError(source.Log, source.Standing.Name, fault.Error.Reason);
                _topicFault = fault.Error.Reason;
                source.Standing.OnError(fault.Error.Reason);
                return null;
            }
        }

        void Gather(ConsumeResult<Ignore, byte[]> result)
        {
            _brokerFault = _topicFault = null;
            var partition = result.TopicPartition;
            var offset = result.Offset.Value;
            if (_expected.TryGetValue(partition, out var expected) && offset != expected) Mind(partition, expected, offset);
            _expected[partition] = offset + 1;
            if (!_gathered.TryGetValue(partition, out var lot)) _gathered.Add(partition, lot = new PartitionLot(NameOf(partition)));
            var value = result.Message.Value ?? [];
            lot.Add(offset, value);
            _bytes += value.Length;
            _count++;
        }

        // Offsets jump over what compaction and transactions leave out; only what lies before the topic's beginning is a loss.
        void Mind(TopicPartition partition, long expected, long offset)
        {
            if (offset < expected)
            {
                LogRewound(source.Log, source.Standing.Name, NameOf(partition), expected, offset);
                source.Standing.OnError($"{NameOf(partition)} goes back from offset {expected} to {offset}; the topic was probably made anew.");
                _rewound.Add(partition);
                return;
            }
            long beginning;
            try
            {
                beginning = Math.Min(_consumer.QueryWatermarkOffsets(partition, s_askWait).Low.Value, offset);
            }
            catch (KafkaException)
            {
                beginning = offset;   // cannot be told apart now: rather one alarm too many
            }
            if (beginning <= expected) return;
            source.Standing.OnError($"{beginning - expected} messages of {NameOf(partition)} were deleted by the topic's retention before they were read.");
            source.Standing.OnLost(beginning - expected);
            LogLost(source.Log, source.Standing.Name, beginning - expected, NameOf(partition), expected, beginning - 1);
        }

        void Write()
        {
            var lots = _gathered.ToList();
            Forget(_gathered.Keys);
            _writer.Write(lots.Select(l => l.Value), durable => OnDurable(lots.First(l => l.Value == durable).Key, durable.Last + 1));
        }

        void OnDurable(TopicPartition partition, long next)
        {
            if (!_expected.ContainsKey(partition)) return;   // taken from us meanwhile
            _durable[partition] = next;
            try
            {
                // A commit that goes back is not made in the background.
                if (_rewound.Remove(partition)) _consumer.Commit([new TopicPartitionOffset(partition, next)]);
                else _consumer.StoreOffset(new TopicPartitionOffset(partition, next));
            }
            catch (KafkaException fault)
            {
                source.Standing.OnError($"The offset of {NameOf(partition)} could not be committed: {fault.Error.Reason}");
            }
        }

        void Hold(bool hold)
        {
            if (hold == _isHeld) return;
            if (hold) _consumer.Pause(_consumer.Assignment);
            else _consumer.Resume(_consumer.Assignment);
            _isHeld = hold;
        }

        void Forget(IEnumerable<TopicPartition> partitions)
        {
            foreach (var partition in partitions.ToList())
            {
                if (!_gathered.Remove(partition, out var lot)) continue;
                _bytes -= lot.Bytes;
                _count -= lot.Count;
            }
        }

        // What was gathered and is not on its way is left: whoever reads next begins behind the last commit.
        void Finish(CancellationToken stop)
        {
            _writer.Settle(s_flushWait);
            if (stop.IsCancellationRequested) source.Standing.State = SourceState.Stopped;
            else LogRenewed(source.Log, source.Standing.Name);
        }

        (string? Password, string? Authority) ReadLogin() =>
            source.Options.Security is { } security ? (security.ReadPassword?.Invoke() + security.Identity.Stamp(), security.CaFile is { } file ? File.ReadAllText(file) : null) : default;

        bool IsOutdated()
        {
            try
            {
                return ReadLogin() != _login;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                return false;   // being replaced; what we have may still be good, and when it is not the broker says so
            }
        }

        void Close()
        {
            // With no broker in reach leaving the group can take long; the process must end all the same.
            var closing = Task.Run(() =>
            {
                try
                {
                    _consumer.Close();
                }
                catch (KafkaException)
                {
                    // The group notices by itself.
                }
                _consumer.Dispose();
            });
            closing.Wait(TimeSpan.FromSeconds(10));
        }

        static string NameOf(TopicPartition partition) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{partition.Topic}/{partition.Partition.Value}");
    }

    KafkaOptions Options => options;

    Pipeline.IngestPipeline Pipeline => pipeline;

    Func<bool> IsOverHighWater => isOverHighWater;

    TimeProvider Time => time;

    Microsoft.Extensions.Logging.ILogger Log => log;
}
