using System.Diagnostics;
using System.Text;

namespace AuditWatch.Tests.Running;

/// <summary>Runs the real program as a process of its own.</summary>
internal static class AuditWatchCommand
{
    /// <summary>The program that was built together with these tests.</summary>
    public static string Dll { get; } = Path.Combine(AppContext.BaseDirectory, "auditwatch.dll");

    /// <summary>The recording that ships with the program.</summary>
    public static string Recording { get; } = Path.Combine(AppContext.BaseDirectory, "Demo", "recording.ndjson.zst");

    // Tests that a script started in the background ignore SIGINT, and so would every process that they start.
    static readonly bool IgnoresInterrupts = OperatingSystem.IsLinux() && File.ReadLines("/proc/self/status").First(l => l.StartsWith("SigIgn:", StringComparison.Ordinal)) is var mask
        && (Convert.ToUInt64(mask[7..].Trim(), 16) & 2) != 0;

    public sealed record Result(int ExitCode, string Output, string Error)
    {
        public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public static Process Start(string[] arguments, string? folder = null, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(IgnoresInterrupts ? "env" : "dotnet")
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = folder ?? Directory.CreateTempSubdirectory("aw-run").FullName,
            StandardOutputEncoding = Encoding.UTF8, StandardErrorEncoding = Encoding.UTF8,
        };
        if (IgnoresInterrupts) foreach (var word in new[] { "--default-signal=INT", "dotnet" }) start.ArgumentList.Add(word);
        start.ArgumentList.Add(Dll);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("AUDITWATCH_", StringComparison.Ordinal)).ToList()) start.Environment.Remove(name);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public static async Task<Result> RunAsync(params string[] arguments) => await RunAsync(arguments, null, null);

    public static async Task<Result> RunAsync(string[] arguments, byte[]? input, string? folder, params (string Name, string Value)[] environment)
    {
        using var process = Start(arguments, folder, environment);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        var error = process.StandardError.ReadToEndAsync(deadline.Token);
        try
        {
            if (input is not null) await process.StandardInput.BaseStream.WriteAsync(input, deadline.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"'auditwatch {string.Join(' ', arguments)}' did not end within three minutes.");
        }
        return new Result(process.ExitCode, await output, await error);
    }
}
