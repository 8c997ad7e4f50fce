namespace AuditWatch.Benchmarks.Scale;

/// <summary>Something that goes wrong, and is mended.</summary>
internal sealed record ScaleFault(string Kind, string What, Func<ScaleStage, CancellationToken, Task> DoAsync)
{
    // Longer than a member of a group may be silent before its partitions go to another.
    static readonly TimeSpan s_pastTakeOver = TimeSpan.FromSeconds(40);

    /// <summary>As a new version is rolled out.</summary>
    public static ScaleFault Rolling { get; } = new("all processes ended in order and started, one after another", "rolling restart", RollAsync);

    public static ScaleFault Pick(Random random)
    {
        var process = random.Next(6);
        var pause = TimeSpan.FromMilliseconds(random.Next(300, 4000));
        return random.Next(100) switch
        {
            < 38 => OfProcess("kill -9 of a process", "killed", process, async (p, stop) =>
            {
                await p.KillAsync();
                p.Start();
                if (random.Next(3) > 0) await p.ReadyAsync(stop);   // else the next fault comes while it starts
            }),
            < 50 => OfProcess("a process stopped and let go on", $"stopped for {pause.TotalSeconds:F1} s", process, async (p, stop) =>
            {
                p.Signal("STOP");
                await Task.Delay(pause, stop);
                p.Signal("CONT");
            }),
            < 55 => OfProcess("a process stopped past the take-over and let go on", "stopped past the take-over", 2 + process % 3, async (p, stop) =>
            {
                p.Signal("STOP");
                await Task.Delay(s_pastTakeOver, stop);
                p.Signal("CONT");
            }),
            < 61 => OfProcess("a process ended in order and started", "ended in order", process, async (p, stop) =>
            {
                await p.TerminateAsync();
                p.Start();
                await p.ReadyAsync(stop);
            }),
            < 66 => Rolling,
            < 71 => new("Kafka killed", "Kafka killed", async (s, stop) =>
            {
                await s.Kafka.KillAsync();
                await Task.Delay(pause, stop);
                await s.Kafka.StartAsync();
            }),
            < 76 => new("PostgreSQL killed", "PostgreSQL killed", async (s, stop) =>
            {
                await s.Postgres.KillAsync();
                await Task.Delay(pause, stop);
                await s.Postgres.StartAsync();
            }),
            < 80 => new("RabbitMQ killed", "RabbitMQ killed", async (s, stop) =>
            {
                await s.Rabbit.KillAsync();
                await Task.Delay(pause, stop);
                await s.Rabbit.StartAsync();
            }),
            < 84 => new("Elasticsearch killed", "Elasticsearch killed", async (s, stop) =>
            {
                await s.Elasticsearch.KillAsync();
                await Task.Delay(pause, stop);
                await s.Elasticsearch.StartAgainAsync();
            }),
            < 90 => Cut("Kafka", s => s.KafkaCable, pause),
            < 94 => Cut("PostgreSQL", s => s.PostgresCable, pause),
            < 97 => Cut("RabbitMQ", s => s.RabbitCable, pause),
            _ => Cut("Elasticsearch", s => s.ElasticsearchCable, pause),
        };
    }

    // The next one is ended when the one before is ready.
    static async Task RollAsync(ScaleStage stage, CancellationToken stop)
    {
        foreach (var process in stage.Processes)
        {
            await process.TerminateAsync();
            process.Start();
            await process.ReadyAsync(stop);
        }
    }

    static ScaleFault OfProcess(string kind, string how, int number, Func<ScaleProcess, CancellationToken, Task> act) =>
        new(kind, $"process {number} {how}", (stage, stop) => act(stage.Processes[number], stop));

    static ScaleFault Cut(string server, Func<ScaleStage, Cable> cable, TimeSpan pause) => new($"the network to {server} cut", $"network to {server} cut for {pause.TotalSeconds:F1} s", async (stage, stop) =>
    {
        cable(stage).Cut();
        await Task.Delay(pause, stop);
        cable(stage).Mend();
    });
}
