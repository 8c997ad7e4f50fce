using System.Globalization;

namespace AuditWatch.Benchmarks.EndToEnd;

/// <summary>
/// <c>scan</c> over a generated corpus, side by side in one run with what people use today: the same process with no rules, ripgrep with five rare literals, and jq
/// with one condition. Prints medians and ratios as a Markdown table.
/// </summary>
internal static class ScanRace
{
    static readonly string[] RareLiterals = ["clusterrolebindings", "\"impersonatedUser\"", "system:anonymous", "mutatingwebhookconfigurations", "pods/exec"];

    /// <summary>Arguments: CORPUS.ndjson AUDITWATCH.dll [ROUNDS]. jq gets the first tenth of the corpus and its time is scaled.</summary>
    public static int Run(string[] arguments)
    {
        var (corpus, program) = (arguments[0], arguments[1]);
        var rounds = arguments.Length > 2 ? int.Parse(arguments[2], CultureInfo.InvariantCulture) : 3;
        var megabytes = new FileInfo(corpus).Length / 1e6;
        var work = Directory.CreateTempSubdirectory("aw-race").FullName;
        var noRules = Directory.CreateDirectory(Path.Combine(work, "no-rules")).FullName;
        var part = Path.Combine(work, "part.ndjson");
        var share = WritePart(corpus, part, 0.1);

        var lanes = new List<(string Name, double Scale, Func<MeasuredRun> Run)>
        {
            ("auditwatch scan, all rules", 1, () => MeasuredRun.Of("dotnet", program, "scan", corpus, "--format", "ndjson")),
            ("auditwatch scan, no rules", 1, () => MeasuredRun.Of("dotnet", program, "scan", corpus, "--rules", noRules, "--format", "ndjson")),
        };
        if (MeasuredRun.Exists("rg")) lanes.Add(("rg -c -F, five rare literals", 1, () => MeasuredRun.Of("rg", ["-c", "-F", .. RareLiterals.SelectMany(l => new[] { "-e", l }), corpus])));
        if (MeasuredRun.Exists("jq")) lanes.Add(("jq -c 'select(one condition)'", 1 / share, () => MeasuredRun.Of("jq", "-c", "select(.objectRef.resource==\"secrets\" and .verb==\"get\")", part)));

        var seconds = lanes.ToDictionary(l => l.Name, _ => new List<double>());
        var peak = lanes.ToDictionary(l => l.Name, _ => 0.0);
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (name, scale, run) in lanes)
            {
                var measured = run();
                if (measured.ExitCode > 1) Console.Error.WriteLine($"{name} ended with {measured.ExitCode}; its time means nothing.");
                seconds[name].Add(measured.Seconds * scale);
                peak[name] = Math.Max(peak[name], measured.PeakMegabytes);
            }
        }

        var own = MeasuredRun.Median(seconds[lanes[0].Name]);
        Console.WriteLine($"{megabytes:F0} MB, {rounds} rounds in turn, medians of wall time\n");
        Console.WriteLine("| command | seconds | MB/s | its time ÷ ours | peak MB |\n|---|---|---|---|---|");
        foreach (var (name, _, _) in lanes)
        {
            var median = MeasuredRun.Median(seconds[name]);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {median:F2} | {megabytes / median:F0} | {median / own:F2} | {peak[name]:F0} |"));
        }
        Directory.Delete(work, recursive: true);
        return 0;
    }

    /// <summary>Copies whole lines up to a share of the file; returns the share really taken.</summary>
    static double WritePart(string from, string to, double share)
    {
        using var source = File.OpenRead(from);
        var length = (long)(source.Length * share);
        using var target = File.Create(to);
        var buffer = new byte[1 << 20];
        var taken = 0L;
        while (taken < length)
        {
            var read = source.Read(buffer);
            if (read == 0) break;
            var keep = taken + read < length ? read : buffer.AsSpan(0, read).LastIndexOf((byte)'\n') + 1;
            target.Write(buffer, 0, keep);
            taken += keep;
            if (keep != read) break;
        }
        return taken / (double)source.Length;
    }
}
