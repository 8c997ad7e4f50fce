using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace AuditWatch.Tests.Running;

/// <summary>A real <c>auditwatch serve</c> on a data folder of its own; it can be killed and started again.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    readonly string[] _more;
    readonly (string Name, string Value)[] _environment;
    Process? _process;
    readonly StringBuilder _error = new();

    public ServerProcess(string data, string scheme = "http", params string[] more) : this(data, scheme, [], more)
    {
    }

    public ServerProcess(string data, string scheme, (string Name, string Value)[] environment, params string[] more)
    {
        (Data, _environment, _more) = (data, environment, more);
        Url = $"{scheme}://127.0.0.1:{FreePort()}";
        var handler = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true } };
        Http = new HttpClient(handler) { BaseAddress = new Uri(Url), Timeout = TimeSpan.FromSeconds(240) };
    }

    public string Data { get; }

    public string Url { get; }

    public HttpClient Http { get; }

    public string Error => _error.ToString();

    public int Pid => _process!.Id;

    /// <summary>Starts it and waits until it accepts posts (contract: within 40 s).</summary>
    public async Task StartAsync()
    {
        _process = AuditWatchCommand.Start(["serve", "--data", Data, "--listen", Url, .. _more], Path.GetDirectoryName(Data), _environment);
        _process.ErrorDataReceived += (_, line) => _error.AppendLine(line.Data);
        _process.OutputDataReceived += (_, line) => _error.AppendLine(line.Data);
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        var watch = Stopwatch.StartNew();
        while (true)
        {
            if (_process.HasExited) throw new InvalidOperationException($"serve ended with {_process.ExitCode}:\n{Error}");
            try
            {
                using var response = await Http.GetAsync("/readyz");
                if (response.StatusCode == HttpStatusCode.OK) return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
            if (watch.Elapsed > TimeSpan.FromSeconds(90)) throw new TimeoutException($"serve was not ready after 90 s:\n{Error}");
            await Task.Delay(50);
        }
    }

    /// <summary>SIGKILL: nothing is written, nothing is closed.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM; returns the exit code.</summary>
    public Task<int> TerminateAsync() => SignalAsync("TERM");

    /// <summary>Sends a signal that ends it, and returns the exit code; it has 30 seconds.</summary>
    public async Task<int> SignalAsync(string signal)
    {
        await Signals.SendAsync(signal, _process!.Id);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await _process.WaitForExitAsync(deadline.Token);
        return _process.ExitCode;
    }

    public async Task<HttpResponseMessage> PostAsync(string cluster, byte[] body, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/ingest/v1/clusters/{cluster}?timeout=30s") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        if (token is not null) request.Headers.Authorization = new("Bearer", token);
        return await Http.SendAsync(request);
    }

    public async Task<Dictionary<string, double>> MetricsAsync()
    {
        var metrics = new Dictionary<string, double>();
        foreach (var line in (await Http.GetStringAsync("/metrics")).Split('\n'))
        {
            if (line.Length == 0 || line[0] == '#') continue;
            var words = line.Split(' ');
            var name = words[0].Split('{')[0];
            metrics[name] = metrics.GetValueOrDefault(name) + double.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture);
        }
        return metrics;
    }

    /// <summary>Waits until everything journaled is detected, indexed, and copied to whoever wants alerts.</summary>
    public Task SettleAsync() => WaitAsync(m => m["auditwatch_detection_lag_events"] == 0 && m["auditwatch_index_lag_events"] == 0 && m["auditwatch_outbox_rows"] == 0);

    /// <summary>Waits also for the last alerts: the last events of a cluster are let go after a second of silence.</summary>
    public Task QuietAsync() => WaitAsync(m => m["auditwatch_settled"] == 1 && m["auditwatch_outbox_rows"] == 0);

    /// <summary>The same, when the number of alerts is known.</summary>
    public async Task QuietAsync(int alerts)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromSeconds(60) && (await ListAsync("alerts")).Count < alerts;) await Task.Delay(200);
        await QuietAsync();
    }

    async Task WaitAsync(Func<Dictionary<string, double>, bool> holds)
    {
        var watch = Stopwatch.StartNew();
        for (var metrics = await MetricsAsync(); !holds(metrics); metrics = await MetricsAsync())
        {
            if (watch.Elapsed > TimeSpan.FromSeconds(240)) throw new TimeoutException($"The server did not settle:\n{string.Join('\n', metrics)}\n{Error}");
            await Task.Delay(100);
        }
    }

    public async Task<List<JsonElement>> ListAsync(string collection, string query = "limit=0")
    {
        using var answer = JsonDocument.Parse(await Http.GetByteArrayAsync($"/api/v1/{collection}?{query}"));
        return [.. answer.RootElement.GetProperty("items").EnumerateArray().Select(i => i.Clone())];
    }

    /// <summary>Waits until so many records are listed as quarantined, and returns them: notes follow the journal.</summary>
    public async Task<List<JsonElement>> QuarantineAsync(int count)
    {
        var rows = await ListAsync("quarantine");
        for (var watch = Stopwatch.StartNew(); rows.Count < count && watch.Elapsed < TimeSpan.FromSeconds(60); rows = await ListAsync("quarantine")) await Task.Delay(100);
        return rows;
    }

    /// <summary>Waits for an alert of a rule.</summary>
    public async Task<JsonElement> AlertAsync(string rule)
    {
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(200))
        {
            var alerts = await ListAsync("alerts");
            if (alerts.Where(a => a.GetProperty("rule").GetProperty("name").GetString() == rule).Take(1).ToList() is [var found]) return found;
            if (watch.Elapsed > TimeSpan.FromSeconds(90)) throw new TimeoutException($"No alert of {rule} among:\n{string.Join('\n', alerts)}\n{Error}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false }) await KillAsync();
        _process?.Dispose();
        Http.Dispose();
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
