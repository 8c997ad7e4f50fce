using System.Diagnostics;
using System.Globalization;
using System.Text;
using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.Counting;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Rules;
using AuditWatch.Detection.Scanning;
using AuditWatch.Events.Framing;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Benchmarks.EndToEnd;

/// <summary>
/// What reasoning costs, each figure a ratio within this run: a scan with 200 reasoning rules beside the same scan without them, by how rare sightings are; what a sighting costs
/// with few and with many groups alive, with 200 and with 600 rules, and beside the keyed state alone. Reasoning rule n says that rule n, then rule n + 1, held for one user
/// within an hour (a temporal correlation, judged by NRules); so a sighting meets two of them. Seconds are of the processor, the best of several rounds that take turns.
/// </summary>
internal static class ReasoningScale
{
    const long Began = 1_767_096_000_000_000;

    /// <summary>Arguments: [EVENTS] [ROUNDS].</summary>
    public static int Run(string[] arguments)
    {
        var events = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 200_000;
        var rounds = arguments.Length > 1 ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : 5;
        var (with, without) = (Rules(200, reasoning: true), Rules(200, reasoning: false));
        Console.WriteLine("| figure | measured | bar |\n|---|---:|---:|");
        foreach (var (share, bar) in new[] { (0.01, "≥ 0.90"), (0.001, "≥ 0.97") })
        {
            var lines = Lines(events, share, users: 5_000, rules: 200);
            var (a, b) = Best(rounds, () => Scan(without, lines), () => Scan(with, lines));
            Say(string.Create(CultureInfo.InvariantCulture, $"scan of {events} events with 200 reasoning rules, of the same without, {share:P1} sightings"), a / b, bar);
        }

        var few = PerSighting(200, 1_000, rounds);
        var many = PerSighting(200, 100_000, rounds);
        var more = PerSighting(600, 1_000, rounds);
        Say("a sighting with 100,000 users alive, of one with 1,000", many.Nanoseconds / few.Nanoseconds, "≤ 2.5");
        Say("a sighting under 600 rules, of one under 200", more.Nanoseconds / few.Nanoseconds, "≤ 3");
        Say("a sighting, of the same keyed state without NRules (1,000 users alive)", few.Nanoseconds / few.Keyed, "≤ 15");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\nA sighting cost {few.Nanoseconds:F0} ns with 1,000 users alive, {many.Nanoseconds:F0} ns with 100,000, {more.Nanoseconds:F0} ns under 600 rules; the keyed state alone {few.Keyed:F0} ns."));
        return 0;
    }

    static void Say(string figure, double ratio, string bar) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {figure} | {ratio:F2} | {bar} |"));

    // What the sightings after everybody was seen once cost more with reasoning than without: the events and the event layer cost the same in both.
    static (double Nanoseconds, double Keyed) PerSighting(int rules, int users, int rounds)
    {
        const int Sightings = 100_000;
        var (with, without) = (Rules(rules, reasoning: true), Rules(rules, reasoning: false));
        var (seen, all) = (Lines(users, 1, users, rules, once: true), Lines(users + Sightings, 1, users, rules, once: true));
        var (plainFew, fewer) = Best(rounds, () => Scan(without, seen), () => Scan(with, seen));
        var (plainAll, more) = Best(rounds, () => Scan(without, all), () => Scan(with, all));
        var keyed = double.MaxValue;
        for (var round = 0; round < rounds; round++) keyed = Math.Min(keyed, Keyed(with, users, rules, Sightings));
        return ((more - plainAll - (fewer - plainFew)) * 1e9 / Sightings, keyed * 1e9 / Sightings);
    }

    static double Keyed(RuleSnapshot snapshot, int users, int rules, int sightings)
    {
        var correlations = snapshot.Correlations.All.ToDictionary(c => c.Identity.Name, StringComparer.Ordinal);
        var table = new CountedTable(correlations.Values);
        var random = new Random(7);
        var sequence = 0L;
        var began = 0.0;
        for (var i = 0; i < users + sightings; i++)
        {
            if (i == users) began = Cpu();
            var (user, rule) = (i < users ? i : random.Next(users), random.Next(rules));
            var at = Began + (i * 20_000L);
            var e = new EventFacts { Cluster = "c", AuditId = new Guid(i, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1).ToString(), RequestReceivedMicros = at, TimeMicros = at, Stage = AuditStage.ResponseComplete, EventId = i.ToString("x32", CultureInfo.InvariantCulture), Position = EvidencePosition.Journal(0, 0, i) };
            foreach (var name in new[] { $"then-{rule}", $"then-{(rule + rules - 1) % rules}" })
                table.Take(new Capture(correlations[name], [$"user-{user}"], $"seen-{rule}", []), e, at, isLate: false, () => sequence++);
            if (i % 100 == 0) table.ForgetChanges();
        }

        return Cpu() - began;
    }

    static (double First, double Second) Best(int rounds, Func<double> first, Func<double> second)
    {
        var (a, b) = (double.MaxValue, double.MaxValue);
        for (var round = 0; round < rounds; round++) (a, b) = (Math.Min(a, first()), Math.Min(b, second()));
        return (a, b);
    }

    static double Scan(RuleSnapshot rules, byte[] lines)
    {
        var inputs = InputFiles.Resolve(["-"], () => new MemoryStream(lines));
        var began = Cpu();
        new ScanRun(rules, new ScanOptions { Workers = 1 }).Run(inputs.Files);
        return Cpu() - began;
    }

    static RuleSnapshot Rules(int count, bool reasoning)
    {
        var folder = Directory.CreateTempSubdirectory("aw-reasoning").FullName;
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"title: Seen {i}\nname: seen-{i}\nid: {new Guid(i, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1)}\nlogsource: {{product: kubernetes, service: audit}}\ndetection: {{selection: {{objectRef.resource: things-{i}}}, condition: selection}}\nauditwatch: {{alert: false}}\n---\n");
            if (reasoning) text.Append(CultureInfo.InvariantCulture, $"title: Then {i}\nname: then-{i}\nid: {new Guid(i, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1)}\nlevel: low\ncorrelation: {{type: temporal_ordered, rules: [seen-{i}, seen-{(i + 1) % count}], group-by: [user.username], timespan: 1h}}\n---\n");
        }

        File.WriteAllText(Path.Combine(folder, "rules.yml"), text.ToString());
        var problems = new List<Problem>();
        var rules = RuleSnapshot.Load(RuleSources.Only([folder]), problems);
        Directory.Delete(folder, recursive: true);
        return problems.Count == 0 ? rules : throw new InvalidOperationException(string.Join('\n', problems));
    }

    static byte[] Lines(int events, double share, int users, int rules, bool once = false)
    {
        var random = new Random(11);
        var bytes = new MemoryStream();
        for (var i = 0; i < events; i++)
        {
            var resource = random.NextDouble() < share ? $"things-{random.Next(rules)}" : "pods";
            var at = DateTimeOffset.UnixEpoch.AddTicks((Began + (i * 20_000L)) * 10).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
            bytes.Write(Encoding.UTF8.GetBytes(
                $$$"""{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"{{{new Guid(i, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1)}}}","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/prod/{{{resource}}}/x","verb":"get","user":{"username":"user-{{{(once && i < users ? i : random.Next(users))}}}","groups":["system:authenticated"]},"sourceIPs":["10.2.3.4"],"userAgent":"curl/8.1","objectRef":{"resource":"{{{resource}}}","namespace":"prod","name":"x","apiVersion":"v1"},"responseStatus":{"metadata":{},"code":200},"requestReceivedTimestamp":"{{{at}}}","stageTimestamp":"{{{at}}}","annotations":{"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":""}}""" + "\n"));
        }

        return bytes.ToArray();
    }

    static double Cpu() => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;
}
