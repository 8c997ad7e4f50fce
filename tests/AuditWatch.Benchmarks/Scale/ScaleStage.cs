using System.Globalization;
using AuditWatch.Storage.State;
using AuditWatch.Testing;

namespace AuditWatch.Benchmarks.Scale;

/// <summary>Real Kafka, RabbitMQ, PostgreSQL and Elasticsearch on this machine, the network to three of them, and any number of processes that share them.</summary>
internal sealed class ScaleStage : IAsyncDisposable
{
    public const string Topic = "auditwatch-journal", Database = "scale";
    readonly List<ScaleProcess> _processes = [];

    ScaleStage(KitServer kafka, RabbitMqServer rabbit, PostgresServer postgres, ElasticsearchServer elasticsearch, AlertReceiver receiver) =>
        (Kafka, Rabbit, Postgres, Elasticsearch, Receiver, RabbitCable, PostgresCable, ElasticsearchCable) =
        (kafka, rabbit, postgres, elasticsearch, receiver, new Cable(rabbit.Port), new Cable(postgres.Port), new Cable(new Uri(elasticsearch.Url).Port));

    public KitServer Kafka { get; }

    public RabbitMqServer Rabbit { get; }

    public PostgresServer Postgres { get; }

    public ElasticsearchServer Elasticsearch { get; }

    public AlertReceiver Receiver { get; }

    public Cable RabbitCable { get; }

    public Cable PostgresCable { get; }

    public Cable ElasticsearchCable { get; }

    public IReadOnlyList<ScaleProcess> Processes => _processes;

    public string Folder { get; } = Directory.CreateTempSubdirectory("auditwatch-scale-").FullName;

    public string Bootstrap => Kafka.Says["bootstrap"];

    string Config => Path.Combine(Folder, "auditwatch.yaml");

    public static async Task<ScaleStage> StartAsync(int partitions)
    {
        if (Kit.Folder is null) throw new InvalidOperationException(Kit.Missing);
        var elasticsearch = ElasticsearchServer.StartAsync();
        var kafka = KitServer.StartAsync("kafka");
        var rabbit = RabbitMqServer.StartAsync("scale");
        var postgres = PostgresServer.StartAsync("max_connections=120");
        await Task.WhenAll(elasticsearch, kafka, rabbit, postgres);
        var stage = new ScaleStage(await kafka, await rabbit, await postgres, await elasticsearch, new AlertReceiver());
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
        await RabbitCable.DisposeAsync();
        await PostgresCable.DisposeAsync();
        await ElasticsearchCable.DisposeAsync();
        await Receiver.DisposeAsync();
        await Kafka.DisposeAsync();
        await Rabbit.DisposeAsync();
        await Postgres.DisposeAsync();
        await Elasticsearch.DisposeAsync();
    }

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
              kafka: {"{"}bootstrap: "{Bootstrap}", topic: {Topic}, partitions: {partitions}{"}"}
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
