using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.Rules;
using AuditWatch.Detection.Scanning;
using AuditWatch.Events.Framing;
using AuditWatch.Sigma.Parsing;
using AuditWatch.Testing;

namespace AuditWatch.Detection.Tests.Scanning;

public sealed class ScanRuns : IDisposable
{
    readonly string _dir = Directory.CreateTempSubdirectory("scan").FullName;

    public void Dispose() => Directory.Delete(_dir, recursive: true);

    [Fact]
    public void A_file_gives_the_same_alerts_as_the_server_whatever_the_number_of_workers()
    {
        var history = Histories.Everything();
        var file = Write("audit.log", history);
        var expected = string.Join(' ', new Lab(cluster: new()).Run(history).Alerts.Select(a => a.Rule.Name + a.TimeMicros + a.Count));
        foreach (var workers in new[] { 1, 2, 5 })
        {
            var result = Scan(workers, file);
            Assert.Equal(expected, string.Join(' ', result.Alerts.Select(a => a.Rule.Name + a.TimeMicros + a.Count)));
            Assert.Equal(history.Length, result.Events);
            Assert.Equal(new FileInfo(file).Length, result.Bytes);
        }
    }

    [Fact]
    public void Workers_do_not_show_in_a_large_file_byte_for_byte()
    {
        // Large enough for several blocks, with attacks spread over them.
        var history = Enumerable.Range(0, 160).SelectMany(i => Enumerable.Range(0, 60)
            .Select(n => new An { Id = $"day-{i}-{n}", User = "bob", Resource = "pods", Name = "web", At = (i * 3) + (n / 20.0) })
            .Concat(i % 50 == 7 ? Histories.StolenToken(i * 3, "JTI=" + i, "-" + i) : [])
            .Concat(i % 50 == 9 ? Histories.FreshPrivilege(i * 3, "-" + i) : [])).OrderBy(e => e.At).ToArray();
        var file = Write("audit.log", history);
        Assert.True(new FileInfo(file).Length > 4_800_000);
        var one = Text(Scan(1, file));
        Assert.Contains("stolen-token-reads-secrets", one, StringComparison.Ordinal);
        Assert.Equal(one, Text(Scan(3, file)));
    }

    [Fact]
    public void Files_in_any_order_packed_or_not_are_one_history()
    {
        var history = Histories.Everything();
        var whole = Ids(Scan(2, Write("whole.log", history)));
        // Rotated: one after the other, named against their order.
        var rotated = history.Chunk(4).Select((part, i) => Write($"r-{99 - i}.log", part)).Reverse().ToArray();
        Assert.Equal(whole, Ids(Scan(2, rotated)));
        // Several API servers: each has every third event.
        var servers = Enumerable.Range(0, 3).Select(s => Write($"s-{s}.log", history.Where((_, i) => i % 3 == s))).ToArray();
        var several = Scan(2, servers);
        Assert.Equal(0, several.Reasoning!.Late);
        Assert.Equal(whole, Ids(several));
        // More files than are kept open.
        var many = history.Select((e, i) => Write($"m-{i % 7}-{i}.log", [e])).ToArray();
        Assert.True(many.Length > 16);
        Assert.Equal(whole, Ids(Scan(2, many)));
        var packed = Path.Combine(_dir, "whole.bin");
        using (var gzip = new GZipStream(File.Create(packed), CompressionLevel.Fastest)) gzip.Write(File.ReadAllBytes(Path.Combine(_dir, "whole.log")));
        Assert.Equal(whole, Ids(Scan(2, packed)));
    }

    [Fact]
    public void What_cannot_be_read_is_named_with_its_line_and_the_rest_is_judged()
    {
        var lines = Histories.Everything().Select(e => Encoding.UTF8.GetString(e.Event.Span)).ToList();
        lines.Insert(2, "{\"kind\":\"Event\",");
        lines.Insert(4, "{\"kind\":\"Pod\"}");
        var file = Path.Combine(_dir, "broken.log");
        File.WriteAllLines(file, lines);
        var unreadable = new List<UnreadableInput>();
        var missing = new InputFile(Path.Combine(_dir, "gone.log"), 1, () => throw new FileNotFoundException("It is gone."));
        var result = new ScanRun(Lab.Rules, new ScanOptions { Workers = 2, Unreadable = unreadable.Add }).Run([.. InputFiles.Resolve([file], () => Stream.Null).Files, missing], TestContext.Current.CancellationToken);
        Assert.Equal(lines.Count - 2, (int)result.Events);
        Assert.Equal([3L, 5L], unreadable.Where(u => u.File == file).Select(u => u.Line));
        Assert.Equal("It is gone.", Assert.Single(unreadable, u => u.File == missing.Name).Detail);
        Assert.Equal(3, result.Quarantined.Values.Sum());
        Assert.NotEmpty(result.Alerts);
    }

    [Fact]
    public void Evidence_is_file_and_line()
    {
        var file = Write("audit.log", Histories.ExecInStages());
        var alert = Assert.Single(Scan(2, file).Alerts, a => a.Rule.Id == Lab.Exec);
        Assert.All(alert.Evidence, e => Assert.Equal(file, e.File));
        Assert.Equal([2L, 3L], alert.Evidence.Select(e => e.Line));
    }

    [Fact]
    public void A_run_that_is_called_off_ends()
    {
        using var stop = new CancellationTokenSource();
        var file = Write("audit.log", Histories.Everything());
        var options = new ScanOptions { Workers = 2, Progress = _ => stop.Cancel() };
        Assert.Throws<OperationCanceledException>(() =>
            new ScanRun(Lab.Rules, options).Run([.. Enumerable.Range(0, 50).SelectMany(_ => InputFiles.Resolve([file], () => Stream.Null).Files)], stop.Token));
    }

    [Fact]
    public void Raw_verdicts_come_in_input_order_each_pair_once_and_unknown_only_when_asked_for()
    {
        var rules = Path.Combine(_dir, "rules");
        Directory.CreateDirectory(rules);
        File.WriteAllText(Path.Combine(rules, "a.yml"), """
            title: Pod that shares the node's network
            id: 11111111-2222-4333-8444-555555555555
            logsource: {product: windows}
            detection:
              selection:
                objectRef.resource: pods
                verb: create
                requestObject.spec.hostNetwork: true
              condition: selection
            """);
        var problems = new List<Problem>();
        var snapshot = RuleSnapshot.Load(RuleSources.Only([rules]) with { MatchLogSource = false, Filters = false }, problems);
        Assert.Empty(problems.Select(p => p.Message));
        var host = An.Pod(0, "p1") with { Body = """{"spec":{"hostNetwork":true}}""" };
        var file = Write("audit.log", [host, An.Pod(1, "p2"), host with { Id = "p3", Level = "Metadata" }, host with { Id = "p4" }]);
        Assert.Equal(["1 p1 True", "4 p4 True"], Match(unknown: false));
        Assert.Equal(["1 p1 True", "3 p3 Unknown", "4 p4 True"], Match(unknown: true));

        List<string> Match(bool unknown)
        {
            var matches = new List<string>();
            new MatchRun(snapshot, new ScanOptions { Workers = 3 }, unknown).Run(InputFiles.Resolve([file], () => Stream.Null).Files, m => matches.Add($"{m.Line} {m.AuditId} {m.Verdict.Truth}"), TestContext.Current.CancellationToken);
            return matches;
        }
    }

    [Fact]
    public void A_rule_for_another_log_that_is_judged_on_ours_finds_its_own_fields_absent()
    {
        using var folder = new RuleFolder()
            .Add("has.yml", "title: Has\nid: 00000000-0000-4000-8000-000000000001\nlogsource: {product: windows}\ndetection: {selection: {EventID: 1}, condition: selection or 1 of missing*, missing: {Image: x}}\n")
            .Add("not.yml", "title: Not\nid: 00000000-0000-4000-8000-000000000002\nlogsource: {product: falco}\ndetection: {selection: {verb: get, container.id: null}, filter: {rule: x}, condition: selection and not filter}\nauditwatch: {suppress: {by: [proc.name], for: 1h}}\n");
        var rules = RuleSnapshot.Load(RuleSources.Only([folder.Dir]) with { MatchLogSource = false }, folder.Problems);
        Assert.DoesNotContain(folder.Problems, p => p.Severity == ProblemSeverity.Error);
        var matches = new List<string>();
        new MatchRun(rules, new ScanOptions(), unknown: true).Run(InputFiles.Resolve([Write("a.log", [new An { Id = "1" }])], () => Stream.Null).Files, m => matches.Add($"{m.RuleId} {m.Verdict.Truth}"), TestContext.Current.CancellationToken);
        Assert.Equal(["00000000-0000-4000-8000-000000000002 True"], matches);
        // A misspelt field of a rule for our own log stays a fault.
        folder.AddRule("own.yml", "3", "{selection: {objectRef.resorce: secrets}, condition: selection}");
        RuleSnapshot.Load(RuleSources.Only([folder.Dir]) with { MatchLogSource = false }, folder.Problems);
        Assert.Contains(folder.Problems, p => p.Code == "AW1203" && p.File.EndsWith("own.yml", StringComparison.Ordinal));
    }

    [Fact]
    public void Half_surrogate_pairs_anywhere_in_an_event_stop_nobody()
    {
        var recorded = File.ReadAllLines(Path.Combine(Checkout.Root, "tests", "AuditWatch.Detection.Tests", "Knowledge", "Recorded", "after.ndjson"));
        var hostile = recorded.SelectMany((line, i) => Enumerable.Range(0, 2).Select(kind =>
        {
            var bodies = line.IndexOf("Object\":{", StringComparison.Ordinal) is > 0 and var at ? at : line.Length - 1;
            // Every value of the bodies, then another first member in every object.
            var changed = kind == 0 ? Regex.Replace(line[bodies..], ":\"(?=[^\"])", ":\"\\ud800") : Regex.Replace(line[bodies..], "{\"", "{\"\\udc00\":{\"name\\ud800\":1},\"");
            return (line[..bodies] + changed).Replace("\"auditID\":\"", $"\"auditID\":\"{kind}-{i}-", StringComparison.Ordinal);
        }));
        var file = Path.Combine(_dir, "half.log");
        File.WriteAllLines(file, recorded.Concat(hostile));
        var bad = new List<string>();
        var result = new ScanRun(Lab.Rules, new ScanOptions { Unreadable = u => bad.Add(u.Detail) }).Run(InputFiles.Resolve([file], () => Stream.Null).Files, TestContext.Current.CancellationToken);
        Assert.Empty(bad);
        Assert.Equal(recorded.Length * 3, result.Events);
        Assert.NotEmpty(result.Alerts);
    }

    static ScanResult Scan(int workers, params string[] files) =>
        new ScanRun(Lab.Rules, new ScanOptions { Workers = workers }).Run(InputFiles.Resolve(files, () => Stream.Null).Files, TestContext.Current.CancellationToken);

    static string Text(ScanResult result) => string.Join('\n', result.Alerts.Select(a => Encoding.UTF8.GetString(AlertJson.ToUtf8(a))));

    static string Ids(ScanResult result) => string.Join('\n', result.Alerts.Select(a => $"{a.AlertId} {a.Rule.Name} {a.Count} {a.Outcome} {string.Join(',', a.AuditIds)}"));

    string Write(string name, IEnumerable<An> events)
    {
        var path = Path.Combine(_dir, name);
        File.WriteAllText(path, string.Concat(events.Select(e => Encoding.UTF8.GetString(e.Event.Span) + "\n")));
        return path;
    }
}
