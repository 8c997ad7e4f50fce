using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace AuditWatch.Benchmarks.Scale;

/// <summary>One <c>auditwatch serve --roles …</c>, which can be killed, stopped, told to end, and started again.</summary>
internal sealed class ScaleProcess : IDisposable
{
    readonly string _program, _config, _folder;
    readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(5) };
    Process? _process;

    public ScaleProcess(string name, string roles, string program, string config, string folder)
    {
        (Name, Roles, _program, _config, _folder) = (name, roles, program, config, folder);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Url = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
    }

    public string Name { get; }

    public string Roles { get; }

    public string Url { get; }

    public string Log => Path.Combine(_folder, Name + ".log");

    /// <summary>CPU seconds of this life.</summary>
    public double CpuSeconds
    {
        get
        {
            _process!.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    /// <summary>The most memory that this life had.</summary>
    public double PeakMegabytes
    {
        get
        {
            _process!.Refresh();
            return _process.PeakWorkingSet64 / 1e6;
        }
    }

    public void Start()
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = _folder };
        foreach (var argument in (string[])[_program, "serve", "--config", _config, "--roles", Roles, "--data", Path.Combine(_folder, Name), "--listen", Url]) start.ArgumentList.Add(argument);
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("AUDITWATCH_", StringComparison.Ordinal)).ToList()) start.Environment.Remove(name);
        _process = Process.Start(start)!;
        void Keep(string? line)
        {
            if (line is null) return;
            lock (_http) File.AppendAllText(Log, line + "\n");
        }

        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Waits until it answers that it is ready; starts it again should it have ended because a server that it needs was away.</summary>
    public async Task ReadyAsync(CancellationToken stop)
    {
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(100, stop))
        {
            try
            {
                using var answer = await _http.GetAsync(Url + "/readyz", stop);
                if (answer.IsSuccessStatusCode) return;
            }
            catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException && !stop.IsCancellationRequested)
            {
                // Not yet.
            }
            if (_process!.HasExited)
            {
                Ends++;
                Start();
            }
            if (watch.Elapsed > TimeSpan.FromMinutes(3)) throw new TimeoutException($"{Name} is not ready after three minutes; see {Log}");
        }
    }

    /// <summary>How often it ended by itself, as it does when it cannot start; whoever runs it starts it again.</summary>
    public int Ends { get; private set; }

    public bool HasEnded => _process!.HasExited;

    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM; 30 s are promised.</summary>
    public async Task<bool> TerminateAsync()
    {
        Signal("TERM");
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await _process!.WaitForExitAsync(deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_process.HasExited) return true;
        Overdue++;
        await KillAsync();
        return false;
    }

    /// <summary>How often it did not end in the time that is promised.</summary>
    public int Overdue { get; private set; }

    public void Signal(string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            _process.WaitForExit();
        }
        _process?.Dispose();
        _http.Dispose();
    }
}
