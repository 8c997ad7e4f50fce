using System.Diagnostics;
using System.Globalization;
using System.IO.Hashing;
using AuditWatch.Events;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Model;
using AuditWatch.Ingest.Journal;
using AuditWatch.Storage.Elasticsearch;

namespace AuditWatch.Benchmarks.EndToEnd;

/// <summary>What a document costs before it is sent, stage by stage, in processor time of this process; and a checksum of all bodies, by which two versions are compared.</summary>
internal static class BulkCosts
{
    /// <summary>Arguments: CORPUS.ndjson [DOCUMENTS] [ROUNDS].</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var most = arguments.Length > 1 ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : 60_000;
        var rounds = arguments.Length > 2 ? int.Parse(arguments[2], CultureInfo.InvariantCulture) : 5;
        var work = Directory.CreateTempSubdirectory("aw-bulk").FullName;
        try
        {
            await using var journal = LocalJournal.Open(Path.Combine(work, "journal"), new LocalJournalOptions(), TimeProvider.System);
            foreach (var batch in File.ReadLines(arguments[0]).Take(most).Select(l => (ReadOnlyMemory<byte>)System.Text.Encoding.UTF8.GetBytes(l)).Chunk(500))
                await journal.AppendAsync(new JournalBatch("load", "file", "", RecordKind.Audit, batch), CancellationToken.None);
            var best = new double[3];
            Array.Fill(best, double.MaxValue);
            var (hash, bytes, documents, allocated) = (0UL, 0L, 0, 0L);
            for (var round = 0; round < rounds; round++)
            {
                for (var stage = 0; stage < 3; stage++)
                {
                    var (before, heap) = (Process.GetCurrentProcess().TotalProcessorTime, GC.GetTotalAllocatedBytes());
                    (hash, bytes, documents) = await ReadAsync(journal, stage);
                    best[stage] = Math.Min(best[stage], (Process.GetCurrentProcess().TotalProcessorTime - before).TotalMicroseconds / documents);
                    allocated = (GC.GetTotalAllocatedBytes() - heap) / documents;
                }
            }
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{documents} documents, {bytes / 1_000_000} MB of bodies, checksum {hash:x16}; µs of processor time a document, best of {rounds}: read {best[0]:F1}, and scan {best[1]:F1}, and write {best[2]:F1}; {allocated} bytes allocated a document"));
            return 0;
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    static async Task<(ulong Hash, long Bytes, int Documents)> ReadAsync(LocalJournal journal, int stage)
    {
        var audited = new AuditEvent(new SymbolTable());
        var facts = new ClusterFacts { Name = "load" };
        var body = new BulkBody(new ElasticsearchPlace("http://127.0.0.1:9200", "read"));
        var (hash, bytes, documents) = (new XxHash3(), 0L, 0);
        await foreach (var frame in journal.ReadAsync(EventPosition.Start, follow: false, CancellationToken.None))
            for (var i = frame.FirstIndex; i < frame.Records.Count; i++)
            {
                documents++;
                if (stage == 0 || !audited.TryRead(frame.Records[i], new EventOrigin(0, 0, EnvelopeShape.Event, false), facts, frame.ReceivedMicros, out _) || stage == 1) continue;
                // Of no clock: two runs make the same bytes.
                body.Add(audited, frame.Ids[i], frame.PositionOf(i), audited.TimeMicros, audited.TimeMicros);
                if (body.Bytes < 5 << 20) continue;
                hash.Append(body.Utf8.Span);
                bytes += body.Bytes;
                body.Clear();
            }
        hash.Append(body.Utf8.Span);
        return (hash.GetCurrentHashAsUInt64(), bytes + body.Bytes, documents);
    }
}
