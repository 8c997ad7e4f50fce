using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Framing;
using AuditWatch.Events.Redaction;
using AuditWatch.Events.Scanning;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Pipeline;
using AuditWatch.Ingest.Sources.Falco;
using AuditWatch.Testing;
using ZstdSharp;

namespace AuditWatch.Benchmarks.EndToEnd.Ingest;

/// <summary>Where the processor time of taking events in goes, step by step: seconds of CPU per million events, the steps one after the other on one thread.</summary>
internal static class IngestParts
{
    /// <summary>Arguments: CORPUS.ndjson [EVENTS [ROUNDS [STEP]]]; the best of the rounds is shown, of the steps whose name begins so.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var events = File.ReadLines(arguments[0]).Take(arguments.Length > 1 ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : 50_000).Select(Encoding.UTF8.GetBytes).ToArray();
        var aks = events.Chunk(20).Select(c => AksRecords.Body(c.Select(Encoding.UTF8.GetString))).ToArray();
        var bodies = events.Chunk(400).Select(List).ToArray();
        var whole = events.Chunk(500).Select(c => c.SelectMany(e => e).ToArray()).ToArray();
        var falco = new FalcoBodies();
        var ranges = new EventRanges();
        var items = new List<(int, int)>();
        var redactor = new Redactor(new byte[32], new RedactionOptions());
        var output = new GrowingBuffer();
        using var compressor = new Compressor(1);
        var sink = new Nothing();

        var rounds = arguments.Length > 2 ? int.Parse(arguments[2], CultureInfo.InvariantCulture) : 3;
        var only = arguments.Length > 3 ? arguments[3] : "";
        var best = new Dictionary<string, double>(StringComparer.Ordinal);
        for (var round = 0; round <= rounds; round++)
        {
            // The first compiles.
            if (round == 1) best.Clear();
            Step("copy of the bytes", () => { foreach (var w in whole) { output.Write(w); output.CutTo(0); } });
            Step("SHA-256", () => { foreach (var e in events) SHA256.HashData(e); });
            Step("zstd level 1, 1 MiB", () => { foreach (var w in whole) compressor.Wrap(w); });
            Step("split of a list", () => { foreach (var b in bodies) ItemSplitter.TrySplit(b, "items"u8, items, out _); });
            Step("scan", () => { foreach (var e in events) EventScanner.TryScan(e, ranges, out _); });
            Step("scan and redaction", () =>
            {
                foreach (var e in events)
                {
                    if (EventScanner.TryScan(e, ranges, out _)) redactor.TryClean(e, ranges, output);
                    output.CutTo(0);
                }
            });
            Step("split of messages", () => { foreach (var e in events) DocumentFramer.Split(e); });
            Step("unwrapping of messages", () => { foreach (var e in events) new EventUnwrapper().Unwrap(e, 1, sink); });
            Step("unwrapping of AKS records", () => { foreach (var b in aks) new EventUnwrapper().Unwrap(b, 1, sink); });
            await InFolderAsync("pipeline and journal, lists of 400", p => TakeAsync(p, bodies, 1, isMessages: false));
            await InFolderAsync("pipeline and journal, one event a message", p => TakeAsync(p, events, 1000, isMessages: true));
            await InFolderAsync("pipeline and journal, AKS records", p => TakeAsync(p, aks, 50, isMessages: true));
            await InFolderAsync("pipeline and journal, posts of 50 Falco alerts", async p =>
            {
                using var receiver = new FalcoReceiver(p, () => false);
                for (var post = 0; post < events.Length / falco.Events; post++) await receiver.ReceiveAsync("load", new MemoryStream(falco.Take(post)), null, CancellationToken.None);
            });
        }
        Console.WriteLine("| step | CPU s per 1 M events |\n|---|---|");
        foreach (var (name, seconds) in best) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {seconds / events.Length * 1e6:F2} |"));
        return 0;

        void Step(string name, Action act)
        {
            if (!name.StartsWith(only, StringComparison.Ordinal)) return;
            var before = Cpu();
            act();
            Note(name, Cpu() - before);
        }

        async Task InFolderAsync(string name, Func<IngestPipeline, Task> act)
        {
            if (!name.StartsWith(only, StringComparison.Ordinal)) return;
            var folder = Directory.CreateTempSubdirectory("aw-parts").FullName;
            await using (var journal = LocalJournal.Open(folder, new LocalJournalOptions(), TimeProvider.System))
            {
                var pipeline = new IngestPipeline(journal, new Redactor(new byte[32], new RedactionOptions()), TimeProvider.System, new IngestOptions());
                var before = Cpu();
                await act(pipeline);
                Note(name, Cpu() - before);
            }
            Directory.Delete(folder, recursive: true);
        }

        void Note(string name, double seconds) => best[name] = Math.Min(best.GetValueOrDefault(name, double.MaxValue), seconds);
    }

    static async Task TakeAsync(IngestPipeline pipeline, byte[][] messages, int atOnce, bool isMessages)
    {
        foreach (var lot in messages.Chunk(atOnce))
            await pipeline.IngestAsync(new IngestBatch("load", "parts", "", [.. lot.Select(m => new FramedDocument(m, 1))]) { PositionOf = isMessages ? i => "t/0/" + i.ToString(CultureInfo.InvariantCulture) : null }, CancellationToken.None);
    }

    static double Cpu()
    {
        using var self = Process.GetCurrentProcess();
        return self.TotalProcessorTime.TotalSeconds;
    }

    static byte[] List(byte[][] events)
    {
        var body = new ArrayBufferWriter<byte>();
        body.Write("""{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":["""u8);
        for (var i = 0; i < events.Length; i++)
        {
            if (i > 0) body.Write(","u8);
            body.Write(events[i]);
        }
        body.Write("]}"u8);
        return body.WrittenSpan.ToArray();
    }

    sealed class Nothing : IUnwrapSink
    {
        public void OnEvent(ReadOnlyMemory<byte> utf8, in EventOrigin origin)
        {
        }

        public void OnBad(in BadRecord bad)
        {
        }

        public void OnDropped(string category)
        {
        }
    }
}
