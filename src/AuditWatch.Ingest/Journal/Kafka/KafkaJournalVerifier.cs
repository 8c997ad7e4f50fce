using AuditWatch.Events;

namespace AuditWatch.Ingest.Journal.Kafka;

/// <summary>
/// Checks a journal on Kafka from each partition's first retained record: every checksum, the chain of each producer, that payloads unpack to what their headers say,
/// that each record's id is the hash of its bytes, and that no record between the first and the last is missing.
/// </summary>
public static class KafkaJournalVerifier
{
    const int MostFindings = 1000;

    /// <summary>Verifies what is there now. Servers may be running.</summary>
    /// <exception cref="IOException">The brokers cannot be read.</exception>
    public static async Task<KafkaVerifyReport> VerifyAsync(KafkaJournalOptions options, CancellationToken stop)
    {
        var partitions = await KafkaConnection.PartitionsAsync(options with { Partitions = null }).WaitAsync(stop).ConfigureAwait(false);
        var totals = new Totals();
        foreach (var partition in partitions) await totals.AddAsync(options, partition, stop).ConfigureAwait(false);
        return new KafkaVerifyReport(partitions.Count, totals.Producers.Count, totals.Cut, totals.Frames, totals.Records, totals.Repeats, totals.RawBytes, totals.Unfinished, totals.Findings, totals.More);
    }

    sealed class Totals
    {
        public HashSet<UInt128> Producers { get; } = [];
        public List<JournalDamage> Findings { get; } = [];
        public int Cut, Unfinished, More;
        public long Frames, Records, Repeats, RawBytes;

        public async Task AddAsync(KafkaJournalOptions options, int partition, CancellationToken stop)
        {
            await using var pump = new PartitionPump(options, partition, isPatient: false, static _ => { });
            var marks = await pump.MarksAsync().WaitAsync(stop).ConfigureAwait(false);
            if (marks.High == marks.Low) return;
            await pump.BeginAsync(marks.Low).ConfigureAwait(false);
            var name = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{options.Topic}/{partition}");
            using var passage = new Passage(options, partition, marks.Low, (offset, what) => Add(name, offset, what));
            await foreach (var item in pump.Items.ReadAllAsync(stop).ConfigureAwait(false))
            {
                if (item.Offset >= marks.High) break;
                if (item.IsEnd) continue;
                if (passage.Take(item, EventPosition.Start) is { } taken) Count(taken.Frame, name, item.Offset);
                if (item.Offset + 1 >= marks.High) break;
            }
            Producers.UnionWith(passage.Producers);
            Cut += passage.CutChains;
            Unfinished += passage.Unfinished;
            Repeats += passage.Dropped;
        }

        void Count(JournalFrame frame, string name, long offset)
        {
            Frames++;
            Records += frame.Records.Count;
            for (var i = 0; i < frame.Records.Count; i++)
            {
                RawBytes += frame.Records[i].Length;
                if (frame.Kind == RecordKind.Audit && (frame.Ids.Count <= i || frame.Ids[i] != EventId.Of(frame.Cluster, frame.Records[i].Span)))
                    Add(name, offset, $"the id of record {i} is not the hash of its bytes.");
            }
        }

        void Add(string name, long offset, string what)
        {
            if (Findings.Count < MostFindings) Findings.Add(JournalDamage.At(name, offset, what));
            else More++;
        }
    }
}
