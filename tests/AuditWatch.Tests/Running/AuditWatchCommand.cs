using System.Diagnostics;
using System.Text;
using AuditWatch.Cli;
using AuditWatch.Cli.Output;

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

    /// <summary>
    /// Runs a command. What a command alone can prove is proved in this process, over the same way from words to exit code as the program's: a process of its own costs
    /// more than most commands. It is one where the command is a server, or where its folder or its environment matter.
    /// </summary>
    public static Task<Result> RunAsync(params string[] arguments) => arguments[0] is "serve" or "demo" ? RunProcessAsync(arguments, null, null) : RunHereAsync(arguments, null);

    /// <summary>The same from a folder: words that name something in it mean that, and are shown as they were given.</summary>
    public static async Task<Result> RunAsync(string[] arguments, byte[]? input, string? folder, params (string Name, string Value)[] environment)
    {
        if (environment.Length > 0 || arguments[0] is not ("scan" or "rules") || arguments.Any(word => word.Contains("..", StringComparison.Ordinal))) return await RunProcessAsync(arguments, input, folder, environment);
        if (folder is null) return await RunHereAsync(arguments, input);
        var words = arguments[0] == "rules" ? 2 : 1;
        var result = await RunHereAsync([.. arguments[..words], .. arguments[words..].Select(word => Path.Combine(folder, word) is var path && Path.Exists(path) ? path : word)], input);
        return result with { Output = result.Output.Replace(folder + '/', "", StringComparison.Ordinal), Error = result.Error.Replace(folder + '/', "", StringComparison.Ordinal) };
    }

    static async Task<Result> RunHereAsync(string[] arguments, byte[]? input)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var terminal = new Terminal(output, TextWriter.Synchronized(error), outputIsTerminal: false, errorIsTerminal: false, color: false) { OpenInput = () => new MemoryStream(input ?? []) };
        // Commands block while they judge; the test's thread is not theirs.
        var code = await Task.Run(() => CommandRun.Of(arguments, terminal).ToEndAsync(deadline.Token));
        if (deadline.IsCancellationRequested) throw new TimeoutException($"'auditwatch {string.Join(' ', arguments)}' did not end within three minutes.");
        return new Result(code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }

    /// <summary>Runs a command as a process of its own.</summary>
    public static async Task<Result> RunProcessAsync(string[] arguments, byte[]? input, string? folder, params (string Name, string Value)[] environment)
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
