using System.Diagnostics;
using System.Globalization;
using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.Counting;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Rules;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Benchmarks.EndToEnd;

/// <summary>
/// Counted windows: what a million open groups weigh, and how many events a second go through three correlations (two counts, one of distinct values), by how many groups
/// the events are spread over. The events are what the event layer hands over; making them is not measured. One thread; seconds are of the processor.
/// </summary>
internal static class CountedScale
{
    const long Began = 1_767_096_000_000_000;

    const string Rules = """
        title: Asked
        name: asked
        id: 00000000-0000-4000-8000-000000000001
        logsource: {product: kubernetes, service: audit}
        detection: {selection: {objectRef.resource: secrets}, condition: selection}
        ---
        title: By user
        name: by-user
        correlation: {type: event_count, rules: [asked], group-by: [user.username], timespan: 1h, condition: {gte: 1000000}}
        ---
        title: By user and namespace
        name: by-user-and-namespace
        correlation: {type: event_count, rules: [asked], group-by: [user.username, objectRef.namespace], timespan: 1h, condition: {gte: 1000000}}
        ---
        title: Names of a user
        name: names-of-a-user
        correlation: {type: value_count, rules: [asked], group-by: [user.username], timespan: 1h, condition: {field: objectRef.name, gte: 1000000}}
        """;

    /// <summary>Arguments: [EVENTS].</summary>
    public static int Run(string[] arguments)
    {
        var events = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 1_000_000;
        var folder = Directory.CreateTempSubdirectory("aw-counted").FullName;
        File.WriteAllText(Path.Combine(folder, "rules.yml"), Rules);
        var problems = new List<Problem>();
        CorrelationRule[] rules = [.. RuleSnapshot.Load(new RuleSources { RuleDirs = [folder] }, problems).Correlations.All.OrderBy(r => r.Identity.Name, StringComparer.Ordinal)];
        Directory.Delete(folder, recursive: true);
        if (rules.Length != 3) throw new InvalidOperationException(string.Join('\n', problems));

        Memory(rules[0], 10_000);
        Console.WriteLine("| open groups, one request each | MB | B/group | evicted |\n|---:|---:|---:|---:|");
        foreach (var groups in new[] { 100_000, 1_000_000, 1_200_000 })
        {
            var (bytes, figures) = Memory(rules[0], groups);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {figures.Groups} | {bytes / 1e6:F0} | {bytes / (double)figures.Groups:F0} | {figures.GroupsEvicted} |"));
        }

        Console.WriteLine("\n| events | users they come from | events/CPU-s through three correlations | bytes allocated an event |\n|---:|---:|---:|---:|");
        foreach (var users in new[] { 100, 1_000, 10_000, 100_000, 500_000 })
        {
            Rate(rules, Math.Min(events, 50_000), users);
            var (best, bytes) = (double.MaxValue, 0.0);
            for (var round = 0; round < 3; round++)
            {
                (var seconds, bytes) = Rate(rules, events, users);
                best = Math.Min(best, seconds);
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {events} | {users} | {events / best:F0} | {bytes / events:F0} |"));
        }

        return 0;
    }

    static (long Bytes, CountedFigures Figures) Memory(CorrelationRule rule, int groups)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var table = new CountedTable([rule]);
        var sequence = 0L;
        for (var i = 0; i < groups; i++)
        {
            var e = Facts(i, Began + i);
            table.Take(new Capture(rule, [string.Create(CultureInfo.InvariantCulture, $"user-{i}@example.com")], null, []), e, e.TimeMicros, isLate: false, () => sequence++);
            if (i % 1000 == 0) table.ForgetChanges();
        }

        table.ForgetChanges();
        var after = GC.GetTotalMemory(forceFullCollection: true);
        var figures = table.Figures[0];
        GC.KeepAlive(table);
        return (after - before, figures);
    }

    static (double Seconds, double Bytes) Rate(IReadOnlyList<CorrelationRule> rules, int events, int users)
    {
        var random = new Random(users);
        string[] names = [.. Enumerable.Range(0, users).Select(u => string.Create(CultureInfo.InvariantCulture, $"user-{u}@example.com"))];
        string[] namespaces = [.. Enumerable.Range(0, 20).Select(n => string.Create(CultureInfo.InvariantCulture, $"team-{n}"))];
        string[] objects = [.. Enumerable.Range(0, 500).Select(n => string.Create(CultureInfo.InvariantCulture, $"secret-{n}"))];
        var table = new CountedTable(rules);
        var sequence = 0L;
        Func<long> next = () => sequence++;
        var (seconds, bytes) = (0.0, 0L);
        var block = new (Capture[] Captures, EventFacts Facts)[20_000];
        for (var done = 0; done < events; done += block.Length)
        {
            for (var i = 0; i < block.Length; i++)
            {
                var (user, place, name) = (names[random.Next(users)], namespaces[random.Next(namespaces.Length)], objects[random.Next(objects.Length)]);
                block[i] = ([new Capture(rules[0], [user], null, []), new Capture(rules[1], [user, place], null, []), new Capture(rules[2], [user], name, [])], Facts(done + i, Began + ((done + i) * 100L)));
            }

            // A batch is reasoned over at a time; without state on a disk what changed is let go after it.
            (var allocated, var began) = (GC.GetAllocatedBytesForCurrentThread(), Cpu());
            for (var from = 0; from < block.Length; from += 1000)
            {
                foreach (var (captures, facts) in block.AsSpan(from, 1000))
                    foreach (var capture in captures)
                        if (table.Take(capture, facts, facts.TimeMicros, isLate: false, next) is not null) throw new InvalidOperationException("It held.");
                table.ForgetChanges();
            }

            seconds += Cpu() - began;
            bytes += GC.GetAllocatedBytesForCurrentThread() - allocated;
        }

        return (seconds, bytes);
    }

    static EventFacts Facts(int i, long at) => new()
    {
        Cluster = "prod", AuditId = new Guid(i, 7, 9, 1, 2, 3, 4, 5, 6, 7, 8).ToString(), RequestReceivedMicros = at, TimeMicros = at, Stage = AuditStage.ResponseComplete,
        EventId = i.ToString("x32", CultureInfo.InvariantCulture), Position = EvidencePosition.Journal(1, i / 400, i % 400), Verb = "get", Resource = "secrets",
    };

    static double Cpu() => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;
}
