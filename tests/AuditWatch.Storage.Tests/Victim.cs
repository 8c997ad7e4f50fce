using System.Diagnostics;

namespace AuditWatch.Storage.Tests;

/// <summary>This program as a child process that says on stdout, line by line, what it has made durable, until it is killed (SIGKILL).</summary>
internal sealed class Victim : IDisposable
{
    readonly Process _process;

    Victim(Process process) => _process = process;

    public static Victim Start(params string[] args)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(typeof(Victim).Assembly.Location);
        foreach (var arg in args) start.ArgumentList.Add(arg);
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) => TestContext.Current.TestOutputHelper?.WriteLine(line.Data ?? "");
        process.BeginErrorReadLine();
        return new Victim(process);
    }

    /// <summary>The next line that it writes.</summary>
    public async Task<string?> ReadLineAsync() => await _process.StandardOutput.ReadLineAsync();

    /// <summary>Tells it something.</summary>
    public async Task TellAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Sends a signal: STOP, CONT.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Lets it write <paramref name="lines"/> lines more, kills it, and returns the last whole line that it wrote (null when none).</summary>
    public async Task<string?> KillAfterAsync(int lines)
    {
        string? last = null;
        for (var read = 0; read < lines; read++)
        {
            var line = await _process.StandardOutput.ReadLineAsync();
            if (line is null) break;
            last = line;
        }

        _process.Kill();
        await _process.WaitForExitAsync();
        var rest = await _process.StandardOutput.ReadToEndAsync();   // what it said before the blow
        var end = rest.LastIndexOf('\n');
        if (end < 0) return last;
        return rest[..end].Split('\n')[^1];
    }

    public void Dispose() => _process.Dispose();
}
