using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace AuditWatch.Testing;

/// <summary>A server of the kit, on a port and in a folder of its own. It can be stopped, killed and started again on the same folder.</summary>
public sealed class KitServer : IAsyncDisposable
{
    readonly string _kind;
    string[] _options;

    KitServer(string kind, string[] options) => (_kind, _options) = (kind, options);

    // Elasticsearch and OpenSearch are one process each, whose stop is always in order.
    bool IsSearch => _kind is "elasticsearch" or "opensearch";

    /// <summary>Its folder.</summary>
    public string Data { get; } = Directory.CreateTempSubdirectory("auditwatch-kit-").FullName;

    /// <summary>Its port.</summary>
    public int Port { get; } = FreePort();

    /// <summary>What it printed at its last start: <c>bootstrap</c>, <c>connection-string</c> and so on.</summary>
    public Dictionary<string, string> Says { get; } = [];

    /// <summary>Starts one; <paramref name="kind"/> is the folder in the kit. In options <c>{port}</c> stands for its port, for Kafka <c>{controller}</c> for the one that its controller takes.</summary>
    public static async Task<KitServer> StartAsync(string kind, params string[] options)
    {
        var server = new KitServer(kind, options);
        await server.StartAsync();
        return server;
    }

    /// <summary>Starts it again, as before or with other options.</summary>
    public async Task StartAsync(params string[] others)
    {
        if (others.Length > 0) _options = others;
        var (port, controller) = (Text(Port), Text(Port + 10_000 <= 65_535 ? Port + 10_000 : Port - 10_000));
        var text = await RunAsync("start", ["--data", Data, "--port", port, .. _options.Select(o => o.Replace("{port}", port, StringComparison.Ordinal).Replace("{controller}", controller, StringComparison.Ordinal))]);
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            // Kafka prints one line of pairs, Event Hubs one pair a line (whose value may hold spaces).
            foreach (var pair in _kind == "kafka" ? line.Split(' ') : [line])
                if (pair.IndexOf('=', StringComparison.Ordinal) is var at and > 0) Says[pair[..at]] = pair[(at + 1)..];
        }
    }

    /// <summary>Stops it in order.</summary>
    public Task StopAsync() => RunAsync("stop", _kind == "kafka" ? [Data] : ["--data", Data]);

    /// <summary>SIGKILL; gone when this returns.</summary>
    public async Task KillAsync()
    {
        if (!IsSearch) await RunAsync("stop", _kind == "kafka" ? [Data, "--kill"] : ["--data", Data, "--kill"]);
        else if (Says.Remove("pid", out var pid))
        {
            using var process = Process.GetProcessById(int.Parse(pid, System.Globalization.CultureInfo.InvariantCulture));
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(Data, recursive: true);
    }

    async Task<string> RunAsync(string script, string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Kit.Folder!, _kind, script)) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = new System.Text.StringBuilder();
        // Not read to the end: the server it starts may hold the pipe open.
        process.OutputDataReceived += (_, line) => Append(output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(output, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(150));
        await Task.Run(() => { while (!process.WaitForExit(100)) deadline.Token.ThrowIfCancellationRequested(); }, deadline.Token);
        for (var waited = 0; script == "start" && waited < 50; waited++)
        {
            lock (output) if (output.ToString().Contains("pid=", StringComparison.Ordinal)) break;
            await Task.Delay(20, deadline.Token);
        }
        string text;
        lock (output) text = output.ToString();
        if (process.ExitCode != 0 && script == "start") throw new InvalidOperationException($"{_kind}/{script} ended with {process.ExitCode}: {text}");
        return text;
    }

    static void Append(System.Text.StringBuilder output, string? line)
    {
        lock (output) output.Append(line).Append('\n');
    }

    static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>A port that nobody has.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
