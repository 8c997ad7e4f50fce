using System.Diagnostics;
using System.Globalization;

namespace AuditWatch.Benchmarks.EndToEnd;

/// <summary>One run of a command as a whole process: wall seconds and peak resident memory.</summary>
internal sealed record MeasuredRun(double Seconds, double PeakMegabytes, int ExitCode)
{
    /// <summary>Runs a command with its output thrown away; memory is read from /proc while it runs.</summary>
    public static MeasuredRun Of(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        double peak = 0;
        while (!process.WaitForExit(20)) peak = Math.Max(peak, ResidentMegabytes(process.Id));
        process.WaitForExit();
        return new MeasuredRun(watch.Elapsed.TotalSeconds, peak, process.ExitCode);
    }

    public static double ResidentMegabytes(int pid)
    {
        try
        {
            var line = File.ReadLines($"/proc/{pid}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : double.Parse(line.AsSpan(6).Trim().TrimEnd(" kB"), CultureInfo.InvariantCulture) / 1024;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>Whether a program is installed.</summary>
    public static bool Exists(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));
}
