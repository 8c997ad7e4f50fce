using Confluent.Kafka;

namespace AuditWatch.Ingest.Sources.Kafka;

public sealed partial class KafkaSource
{
    // What the client tells us: partitions given and taken, faults, figures.
    sealed partial class Reading
    {
        IConsumer<Ignore, byte[]> Build() => KafkaClient.Builder(source.Options)
            .SetPartitionsAssignedHandler((consumer, partitions) => OnAssigned(consumer, partitions))
            .SetPartitionsRevokedHandler((_, partitions) => OnRevoked(partitions.ConvertAll(p => p.TopicPartition)))
            .SetPartitionsLostHandler((_, partitions) => OnLost(partitions.ConvertAll(p => p.TopicPartition)))
            .SetErrorHandler((_, error) => OnError(error))
            .SetStatisticsHandler((_, statistics) => OnStatistics(statistics))
            .SetLogHandler((_, line) => LogClient(source.Log, source.Standing.Name, line.Facility, line.Message))
            .Build();

        List<TopicPartitionOffset> OnAssigned(IConsumer<Ignore, byte[]> consumer, List<TopicPartition> partitions)
        {
            try
            {
                return Begin(consumer, partitions);
            }
            catch (KafkaException fault)
            {
                _fatal = fault;   // where to begin is not known: the whole run begins again
                throw;
            }
        }

        List<TopicPartitionOffset> Begin(IConsumer<Ignore, byte[]> consumer, List<TopicPartition> partitions)
        {
            _isAssigned = true;
            _isHeld = false;   // new partitions are not paused yet
            _topicFault = null;
            if (partitions.Count == 0) return [];
            var begin = new List<TopicPartitionOffset>(partitions.Count);
            foreach (var committed in consumer.Committed(partitions, s_askWait))
            {
                var partition = committed.TopicPartition;
                if (committed.Offset.Value >= 0) _expected[partition] = committed.Offset.Value;
                else if (source.Options.StartAtLatest)
                {
                    // Committed at once, so that what comes while nobody reads is not skipped at the next start.
                    _expected[partition] = consumer.QueryWatermarkOffsets(partition, s_askWait).High.Value;
                    consumer.Commit([new TopicPartitionOffset(partition, _expected[partition])]);
                }
                else _expected[partition] = -1;
                begin.Add(new TopicPartitionOffset(partition, _expected[partition] < 0 ? Offset.Beginning : _expected[partition]));
                source.Standing.OnPartition(NameOf(partition), _expected[partition] - 1);
                if (_expected[partition] < 0) _expected.Remove(partition);
            }
            LogAssigned(source.Log, source.Standing.Name, Names(partitions));
            return begin;
        }

        void OnRevoked(List<TopicPartition> partitions)
        {
            _writer.Settle(s_flushWait);
            var durable = partitions.Where(_durable.ContainsKey).Select(p => new TopicPartitionOffset(p, _durable[p])).ToList();
            try
            {
                if (durable.Count > 0) _consumer.Commit(durable);
            }
            catch (KafkaException fault)
            {
                // The next owner reads a little again; the journal tells repeats.
                source.Standing.OnError("Could not commit what was given back: " + fault.Error.Reason);
            }
            OnLost(partitions);
            LogRevoked(source.Log, source.Standing.Name, Names(partitions));
        }

        void OnLost(List<TopicPartition> partitions)
        {
            Forget(partitions);
            foreach (var partition in partitions)
            {
                _expected.Remove(partition);
                _durable.Remove(partition);
                _rewound.Remove(partition);
                source.Standing.OnPartitionGone(NameOf(partition));
            }
        }

        void OnError(Error error)
        {
            // That no broker is left says nothing of why; what went wrong with the last one does.
            var reason = error.Code == ErrorCode.Local_AllBrokersDown && _cause is not null ? $"{error.Reason}: {_cause}" : error.Reason;
            if (error.Code != ErrorCode.Local_AllBrokersDown) _cause = error.Reason;
            source.Standing.OnError(reason);
            if (error.IsFatal) _fatal = new KafkaException(error);   // what a handler throws is swallowed
            if (error.Code is not (ErrorCode.Local_AllBrokersDown or ErrorCode.Local_Authentication or ErrorCode.SaslAuthenticationFailed or ErrorCode.Local_Ssl or ErrorCode.Local_Resolve)) return;
            if (_brokerFault is null) LogError(source.Log, source.Standing.Name, reason);
            _brokerFault = reason;
        }

        void OnStatistics(string statistics)
        {
            var (ends, isUp) = KafkaStatistics.Read(statistics);
            if (isUp) _brokerFault = null;
            _isOutdated = IsOutdated();
            foreach (var (topic, partition, end) in ends) source.Standing.OnEnd(NameOf(new TopicPartition(topic, partition)), end - 1);
        }

        static string Names(List<TopicPartition> partitions) => string.Join(", ", partitions.Select(NameOf).Order(StringComparer.Ordinal));
    }
}
