using System.Diagnostics;
using AuditWatch.Events.Redaction;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Pipeline;
using AuditWatch.Ingest.Sources;

namespace AuditWatch.Benchmarks.EndToEnd.Ingest;

/// <summary>A source that is read from: everything lies there before, and is read in this process. CPU is the whole process's, the client included.</summary>
internal abstract class ReadContest(long events, int partitions) : IngestContest
{
    protected delegate void Taker(ReadOnlySpan<byte> message);

    /// <summary>Reads everything with the bare client, from several threads if it does so.</summary>
    protected abstract Task ReadAsync(Taker take);

    /// <summary>The product's source over the same data, from its beginning.</summary>
    protected abstract IPartitionSource Source(IngestPipeline pipeline, Func<bool> isOverHighWater, string folder);

    public override Task<IngestRun> BareAsync() => MeasureAsync(_ => { }, () => Task.CompletedTask);

    public override async Task<IngestRun> ReferenceAsync(string folder)
    {
        await using var reference = new DurableReference(Path.Combine(folder, "reference.bin"));
        return await MeasureAsync(reference.Take, reference.CompleteAsync);
    }

    public override async Task<IngestRun> OursAsync(string folder)
    {
        await using var journal = LocalJournal.Open(Path.Combine(folder, "journal"), new LocalJournalOptions(), TimeProvider.System);
        var pipeline = new IngestPipeline(journal, new Redactor(new byte[32], new RedactionOptions()), TimeProvider.System, new IngestOptions());
        var isClosed = true;
        using var stop = new CancellationTokenSource();
        var source = Source(pipeline, () => Volatile.Read(ref isClosed), folder);
        var running = source.RunAsync(stop.Token);
        // Connected, and told to wait: what is measured begins when it may read.
        while (source.Standing.State != SourceState.Holding || source.Standing.Partitions.Count < partitions)
        {
            if (running.IsCompleted) await running;
            await Task.Delay(20);
        }
        var (watch, cpu) = (Stopwatch.StartNew(), Cpu());
        Volatile.Write(ref isClosed, false);
        while (source.Standing.Events < events)
        {
            if (running.IsCompleted) await running;
            if (source.Standing.Quarantined + source.Standing.Repeats > 0 || watch.Elapsed > TimeSpan.FromMinutes(3)) throw new InvalidOperationException($"{Name}: not what was meant to be measured: {source.Standing.LastError?.Message}, {source.Standing.Events} events, {source.Standing.Quarantined} quarantined.");
            await Task.Delay(2);
        }
        var run = new IngestRun(events, watch.Elapsed.TotalSeconds, Cpu() - cpu);
        await stop.CancelAsync();
        await running.ContinueWith(_ => { }, TaskScheduler.Default);
        return run;
    }

    // From the first message on: connecting is not what is measured.
    async Task<IngestRun> MeasureAsync(Taker take, Func<Task> complete)
    {
        Stopwatch? watch = null;
        var cpu = 0.0;
        var gate = new Lock();
        await ReadAsync(message =>
        {
            if (watch is null)
            {
                lock (gate)
                {
                    if (watch is null) (cpu, watch) = (Cpu(), Stopwatch.StartNew());
                }
            }
            take(message);
        });
        await complete();
        return new IngestRun(events, watch!.Elapsed.TotalSeconds, Cpu() - cpu);
    }

    static double Cpu()
    {
        using var self = Process.GetCurrentProcess();
        return self.TotalProcessorTime.TotalSeconds;
    }
}
