using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace AuditWatch.Testing;

/// <summary>A real RabbitMQ (Debian's package) on ports and in a folder of its own. It can be killed and started again on the same folder.</summary>
public sealed class RabbitMqServer : IAsyncDisposable
{
    /// <summary>Why a test that needs it skips.</summary>
    public const string Missing = "Needs RabbitMQ: apt-get install rabbitmq-server, or run .ci/run.";

    /// <summary>The only user, good for nothing but these tests.</summary>
    public const string User = "tester", Password = "only for tests";
    const string Programs = "/usr/lib/rabbitmq/bin";
    readonly int _distribution = FreePort(), _names = FreePort();
    readonly string _node;
    Process? _process;

    RabbitMqServer() => _node = $"aw{Port}@localhost";

    /// <summary>Whether there is one to start.</summary>
    public static bool IsHere => File.Exists(Path.Combine(Programs, "rabbitmq-server"));

    /// <summary>Where it takes AMQP, without TLS.</summary>
    public int Port { get; } = FreePort();

    /// <summary>Its folder.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("auditwatch-rabbitmq-").FullName;

    /// <summary>Makes and starts one with these virtual hosts.</summary>
    public static async Task<RabbitMqServer> StartAsync(params string[] vhosts)
    {
        var server = await PrepareAsync(vhosts);
        await server.StartAsync();
        return server;
    }

    /// <summary>Makes one that is not started yet.</summary>
    public static async Task<RabbitMqServer> PrepareAsync(params string[] vhosts)
    {
        var server = new RabbitMqServer();
        await File.WriteAllTextAsync(server.FileOf("definitions.json"), JsonSerializer.Serialize(new
        {
            users = new[] { new { name = User, password = Password, tags = Array.Empty<string>(), limits = new { } } },
            vhosts = vhosts.Select(name => new { name }),
            permissions = vhosts.Select(vhost => new { user = User, vhost, configure = ".*", write = ".*", read = ".*" }),
        }));
        await File.WriteAllTextAsync(server.FileOf("rabbitmq.conf"), $"""
            listeners.tcp.1 = 127.0.0.1:{server.Port}
            load_definitions = {server.FileOf("definitions.json")}
            log.console = true
            log.console.level = info
            log.file = false

            """);
        await File.WriteAllTextAsync(server.FileOf("plugins"), "[].");
        return server;
    }

    /// <summary>Starts it (again) with what it had; returns when it takes connections.</summary>
    public async Task StartAsync()
    {
        _process = Process.Start(Command("rabbitmq-server"))!;
        var said = new System.Text.StringBuilder();
        var ready = new TaskCompletionSource();
        void Hear(string? line)
        {
            lock (said) said.AppendLine(line);
            if (line is not null && line.Contains("startup complete", StringComparison.Ordinal)) ready.TrySetResult();
        }

        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        if (await Task.WhenAny(ready.Task, _process.WaitForExitAsync(), Task.Delay(TimeSpan.FromSeconds(120))) != ready.Task)
            lock (said) throw new InvalidOperationException($"RabbitMQ did not start: {said}");
    }

    /// <summary>SIGKILL; gone when this returns.</summary>
    public async Task KillAsync()
    {
        if (_process is null) return;
        _process.Kill(entireProcessTree: true);   // a shell, the machine, its helpers
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Asks the running server; <c>rabbitmqctl</c>'s own words and its output.</summary>
    public async Task<string> ControlAsync(params string[] words)
    {
        var start = Command("rabbitmqctl");
        foreach (var word in (string[])["-q", "--erlang-cookie", "auditwatch", "-n", _node, .. words]) start.ArgumentList.Add(word);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"rabbitmqctl {string.Join(' ', words)}: {await output}{errors}");
    }

    /// <summary>How many messages each queue of a virtual host holds, delivered and not acknowledged ones included.</summary>
    public async Task<Dictionary<string, int>> QueuesAsync(string vhost) =>
        (await ControlAsync("list_queues", "-p", vhost, "--no-table-headers", "name", "messages")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split('\t')).ToDictionary(words => words[0], words => int.Parse(words[1], CultureInfo.InvariantCulture));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        // The name server is a daemon, but its port is ours alone.
        using (var names = Process.Start(new ProcessStartInfo("epmd", ["-port", _names.ToString(CultureInfo.InvariantCulture), "-kill"]) { RedirectStandardOutput = true, RedirectStandardError = true }))
            if (names is not null) await names.WaitForExitAsync();
        Directory.Delete(Folder, recursive: true);
    }

    string FileOf(string name) => Path.Combine(Folder, name);

    ProcessStartInfo Command(string program)
    {
        var start = new ProcessStartInfo(Path.Combine(Programs, program)) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Folder };
        foreach (var (name, value) in new (string, string)[]
                 {
                     ("HOME", Folder), ("RABBITMQ_NODENAME", _node), ("RABBITMQ_MNESIA_BASE", FileOf("mnesia")), ("RABBITMQ_LOG_BASE", FileOf("log")), ("RABBITMQ_CONFIG_FILE", FileOf("rabbitmq.conf")),
                     ("RABBITMQ_ENABLED_PLUGINS_FILE", FileOf("plugins")), ("RABBITMQ_PID_FILE", FileOf("pid")), ("RABBITMQ_DIST_PORT", _distribution.ToString(CultureInfo.InvariantCulture)),
                     ("ERL_EPMD_PORT", _names.ToString(CultureInfo.InvariantCulture)), ("ERL_EPMD_ADDRESS", "127.0.0.1"), ("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "+S 1:1 -setcookie auditwatch"),
                 })
            start.Environment[name] = value;
        return start;
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
