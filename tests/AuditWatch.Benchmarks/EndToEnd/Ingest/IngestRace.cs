using System.Globalization;
using System.Text;
using AuditWatch.Testing;

namespace AuditWatch.Benchmarks.EndToEnd.Ingest;

/// <summary>
/// How fast each source takes events in, beside a reference that keeps the same bytes from the same client, and beside the client alone; the three take turns. Up to the
/// journal: detection and index are measured by <see cref="ServeLoad"/>.
/// </summary>
internal static class IngestRace
{
    /// <summary>Arguments: CORPUS.ndjson [EVENTS [ROUNDS [SOURCE,…]]], sources being webhook, kafka, kafka-aks, eventhubs, file, falco.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var most = arguments.Length > 1 ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : 200_000;
        var rounds = arguments.Length > 2 ? int.Parse(arguments[2], CultureInfo.InvariantCulture) : 3;
        string[] sources = arguments.Length > 3 ? arguments[3].Split(',') : ["webhook", "kafka", "kafka-aks", "eventhubs", "file", "falco"];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{most:N0} events of the corpus (posts: ten seconds), {rounds} rounds in turn, median; AKS records of 20 events a message.\n"));
        Console.WriteLine("| source | client alone, events/s | reference (zstd, SHA-256, fsync), events/s | AuditWatch to the journal, events/s | ratio to the reference | CPU s per 1 M events: client alone | reference | AuditWatch |\n|---|---|---|---|---|---|---|---|");
        foreach (var source in sources)
        {
            await using var contest = await StartAsync(source, arguments[0], most);
            if (contest is null)
            {
                Console.WriteLine($"| {source} | not run: {Kit.Missing} | | | | | | |");
                continue;
            }
            var (bare, reference, ours) = (new List<IngestRun>(), new List<IngestRun>(), new List<IngestRun>());
            // The first turn compiles, and is not counted; but what is posted to is a process of its own, warmed each time.
            var first = contest is PostContest ? 1 : 0;
            for (var round = first; round <= rounds; round++)
            {
                bare.Add(await contest.BareAsync());
                reference.Add(await InFolderAsync(contest.ReferenceAsync));
                ours.Add(await InFolderAsync(contest.OursAsync));
            }
            if (first == 0) foreach (var runs in (List<IngestRun>[])[bare, reference, ours]) runs.RemoveAt(0);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {contest.Name} | {Rate(bare):N0} | {Rate(reference):N0} | {Rate(ours):N0} | {MeasuredRun.Median(ours.Zip(reference, (o, r) => o.Rate / r.Rate)):F2} | {MeasuredRun.Median(bare.Select(r => r.CpuPerMillion)):F1} | {MeasuredRun.Median(reference.Select(r => r.CpuPerMillion)):F1} | {MeasuredRun.Median(ours.Select(r => r.CpuPerMillion)):F1} |"));
        }
        return 0;
    }

    static double Rate(List<IngestRun> runs) => MeasuredRun.Median(runs.Select(r => r.Rate));

    static async Task<IngestContest?> StartAsync(string source, string corpus, int most)
    {
        IEnumerable<byte[]> Aks() => File.ReadLines(corpus).Take(most).Chunk(20).Select(c => AksRecords.Body(c));
        switch (source)
        {
            case "webhook": return new PostContest("webhook, batches of 400", "/webhook", new CorpusBodies(corpus, 200), 10);
            case "falco": return new PostContest("Falco, 50 alerts a post", "/falco", new FalcoBodies(), 10);
            case "file":
                var log = Path.Combine(Directory.CreateTempSubdirectory("aw-ingest-log").FullName, "audit.log");
                await File.WriteAllLinesAsync(log, File.ReadLines(corpus).Take(most), new UTF8Encoding(false));
                return new FileContest(log, most);
            case "kafka": return Kit.Folder is null ? null : await KafkaContest.StartAsync("Kafka, one event a message", File.ReadLines(corpus).Take(most).Select(Encoding.UTF8.GetBytes), most);
            case "kafka-aks": return Kit.Folder is null ? null : await KafkaContest.StartAsync("Kafka, AKS records", Aks(), most);
            case "eventhubs": return Kit.Folder is null ? null : await HubContest.StartAsync(Aks(), most);
            default: throw new ArgumentException($"There is no source '{source}'.");
        }
    }

    static async Task<IngestRun> InFolderAsync(Func<string, Task<IngestRun>> run)
    {
        var folder = Directory.CreateTempSubdirectory("aw-ingest").FullName;
        try
        {
            return await run(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
