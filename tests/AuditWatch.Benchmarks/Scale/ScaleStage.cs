using System.Globalization;
using AuditWatch.Storage.State;
using AuditWatch.Testing;

namespace AuditWatch.Benchmarks.Scale;

/// <summary>Real Kafka, RabbitMQ, PostgreSQL and Elasticsearch on this machine, the network to all four, and any number of processes that share them.</summary>
internal sealed class ScaleStage : IAsyncDisposable
{
    public const string Topic = "auditwatch-journal", Database = "scale";
    readonly List<ScaleProcess> _processes = [];

    ScaleStage(KitServer kafka, Cable kafkaCable, RabbitMqServer rabbit, PostgresServer postgres, ElasticsearchServer elasticsearch, AlertReceiver receiver) =>
        (Kafka, KafkaCable, Rabbit, Postgres, Elasticsearch, Receiver, RabbitCable, PostgresCable, ElasticsearchCable) =
        (kafka, kafkaCable, rabbit, postgres, elasticsearch, receiver, new Cable(rabbit.Port), new Cable(postgres.Port), new Cable(new Uri(elasticsearch.Url).Port));

    public KitServer Kafka { get; }

    public RabbitMqServer Rabbit { get; }

    public PostgresServer Postgres { get; }

    public ElasticsearchServer Elasticsearch { get; }

    public AlertReceiver Receiver { get; }

    public Cable KafkaCable { get; }

    public Cable RabbitCable { get; }

    public Cable PostgresCable { get; }

    public Cable ElasticsearchCable { get; }

    public IReadOnlyList<ScaleProcess> Processes => _processes;

    public string Folder { get; } = Directory.CreateTempSubdirectory("auditwatch-scale-").FullName;

    /// <summary>The broker, past the cable.</summary>
    public string Bootstrap => Kafka.Says["bootstrap"];

    string Config => Path.Combine(Folder, "auditwatch.yaml");

    public static async Task<ScaleStage> StartAsync(int partitions)
    {
        if (Kit.Folder is null) throw new InvalidOperationException(Kit.Missing);
        var elasticsearch = ElasticsearchServer.StartAsync();
        var kafkaCable = new Cable(KitServer.FreePort());
        var kafka = StartKafkaAsync(kafkaCable);
        var rabbit = RabbitMqServer.StartAsync("scale");
        var postgres = PostgresServer.StartAsync("max_connections=120");
        await Task.WhenAll(elasticsearch, kafka, rabbit, postgres);
        var stage = new ScaleStage(await kafka, kafkaCable, await rabbit, await postgres, await elasticsearch, new AlertReceiver());
        await stage.Postgres.MakeDatabaseAsync(Database);
        await stage.WriteConfigAsync(partitions);
        return stage;
    }

    /// <summary>The templates of Elasticsearch's streams, as an operator puts them there.</summary>
    public async Task SetUpAsync(string program)
    {
        using var setup = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("dotnet", [program, "setup", "elasticsearch", "--url", Elasticsearch.Url]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _ = setup.StandardError.ReadToEndAsync();
        await setup.StandardOutput.ReadToEndAsync();
        await setup.WaitForExitAsync();
        if (setup.ExitCode != 0) throw new InvalidOperationException($"setup elasticsearch ended with {setup.ExitCode}");
    }

    public ScaleProcess Add(string name, string roles, string program)
    {
        var process = new ScaleProcess(name, roles, program, Config, Folder);
        _processes.Add(process);
        process.Start();
        return process;
    }

    /// <summary>The state, past the cable.</summary>
    public Task<StateStore> OpenStateAsync() => StateStore.OpenPostgresAsync(
        new PostgresPlace { Host = "127.0.0.1", Port = Postgres.Port, Database = Database, Username = Database, Password = () => PostgresServer.Password, Tls = false, MaxConnections = 4 }, TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes) process.Dispose();
        await KafkaCable.DisposeAsync();
        await RabbitCable.DisposeAsync();
        await PostgresCable.DisposeAsync();
        await ElasticsearchCable.DisposeAsync();
        await Receiver.DisposeAsync();
        await Kafka.DisposeAsync();
        await Rabbit.DisposeAsync();
        await Postgres.DisposeAsync();
        await Elasticsearch.DisposeAsync();
    }

    // A broker tells its clients where to go on, whomever they asked first. So it has two names: those who come over the cable are sent back to the cable, its own controller and whoever
    // counts afterwards come past it.
    static Task<KitServer> StartKafkaAsync(Cable cable) => KitServer.StartAsync("kafka",
        "--override", $"listeners=CLIENT://127.0.0.1:{{port}},CABLE://127.0.0.1:{cable.Target},CONTROLLER://127.0.0.1:{{controller}}",
        "--override", $"advertised.listeners=CLIENT://127.0.0.1:{{port}},CABLE://127.0.0.1:{cable.Port}",
        "--override", "listener.security.protocol.map=CLIENT:PLAINTEXT,CABLE:PLAINTEXT,CONTROLLER:PLAINTEXT");

    async Task WriteConfigAsync(int partitions)
    {
        string Secret(string name, string value)
        {
            var file = Path.Combine(Folder, name);
            File.WriteAllText(file, value);
            return file;
        }

        var key = Path.Combine(Folder, "redaction.key");
        await File.WriteAllBytesAsync(key, System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));
        await File.WriteAllTextAsync(Config, string.Create(CultureInfo.InvariantCulture, $"""
            journal:
              kafka: {"{"}bootstrap: "127.0.0.1:{KafkaCable.Port}", topic: {Topic}, partitions: {partitions}{"}"}
            state:
              postgres: {"{"}host: 127.0.0.1, port: {PostgresCable.Port}, database: {Database}, username: {Database}, password_file: "{Secret("postgres", PostgresServer.Password)}", tls: disable, max_connections: 12{"}"}
            bus:
              rabbitmq: {"{"}host: 127.0.0.1, port: {RabbitCable.Port}, vhost: scale, username: {RabbitMqServer.User}, password_file: "{Secret("rabbitmq", RabbitMqServer.Password)}", tls: disable{"}"}
            elasticsearch: {"{"}url: "http://127.0.0.1:{ElasticsearchCable.Port}"{"}"}
            redaction: {"{"}key_file: "{key}"{"}"}
            notify: {"{"}webhook_url: "{Receiver.Url}", webhook_secret_file: "{Secret("webhook", "a secret that signs what the tests receive")}", min_level: informational{"}"}

            """));
    }
}
