using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.Counting;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Events.Model;
using CsCheck;

namespace AuditWatch.Detection.Tests.Counting;

public sealed class GroupsAtRest
{
    static readonly string[] s_names = ["alice", "Zoë \uD83D\uDE00", "\uD800 alone", "0123456789abcdef0123456789abcdef", "0F0F0F0F0123456789abcdef01234567", "", "a b"];

    [Theory]
    [InlineData("type: event_count\nrules: [asked]\ngroup-by: [user.username]\ntimespan: 60s\ncondition: {gte: 3}")]
    [InlineData("type: value_count\nrules: [asked]\ngroup-by: [user.username, objectRef.namespace]\ntimespan: 60s\ncondition: {field: objectRef.name, gte: 3}")]
    [InlineData("type: value_avg\nrules: [asked]\ngroup-by: [user.username]\ntimespan: 60s\ncondition: {field: responseStatus.code, gte: 50}")]
    [InlineData("type: event_count\nrules: [asked]\ngroup-by: [user.username]\ntimespan: 60s\ncondition: {gte: 3}", "auditwatch: {metrics: [{rule: asked, field: objectRef.name, gte: 2}]}\n")]
    [InlineData("type: event_count\nrules: [asked]\ngroup-by: [user.username]\ntimespan: 60s\ncondition: {gte: 3}", "auditwatch: {window: tumbling}\n")]
    public void That_a_group_sleeps_between_its_requests_does_not_show(string correlation, string extra = "")
    {
        var rule = Assert.Single(Counted.Rules(correlation, extra).Correlations.All);
        var found = 0;
        Gen.Select(Gen.Int[0, 100_000], Gen.Int[1, 4]).Sample((seed, awake) =>
        {
            var (sleepy, restless) = (new CountedTable([rule], mostAwake: awake), new CountedTable([rule]));
            var (a, b) = (Feed(sleepy, rule, seed), Feed(restless, rule, seed));
            found += a.Count(line => line.Length > 0);
            Assert.Equal(b, a);
            Assert.Equal(Saved(restless), Saved(sleepy));
            Assert.Equal(restless.Figures, sleepy.Figures);
        }, iter: Lab.Cases(15, 300), threads: 1, seed: "0000KpR3Zf0d");
        Assert.True(found > 20);
    }

    [Fact]
    public void A_flood_of_groups_pushes_out_those_of_its_own_correlation_first_the_quietest_before_others()
    {
        using var folder = Counted.Folder("type: event_count\nrules: [asked]\ngroup-by: [user.username]\ntimespan: 1h\ncondition: {gte: 3}")
            .Add("flood.yml", "title: Flood\nname: flood\ncorrelation: {type: event_count, rules: [asked], group-by: [objectRef.name], timespan: 1h, condition: {gte: 3}}\n");
        var rules = folder.Load().Correlations.All.ToDictionary(c => c.Identity.Name);
        var table = new CountedTable(rules.Values, mostGroups: 100, mostAwake: 8);
        var sequence = 0L;
        for (var i = 0; i < 10; i++) Take(table, rules["correlated"], ["user-" + i], i, ref sequence);
        for (var i = 0; i < 500; i++) Take(table, rules["flood"], ["n" + i], 10 + i, ref sequence);
        Assert.Equal([(10, 0L), (90, 410L)], table.Figures.Select(f => (f.Groups, f.GroupsEvicted)));

        // The newest are still there.
        Assert.Null(Take(table, rules["flood"], ["n499"], 600, ref sequence));
        Assert.NotNull(Take(table, rules["flood"], ["n499"], 601, ref sequence));
        Assert.Null(Take(table, rules["flood"], ["n0"], 602, ref sequence));
        Assert.Null(Take(table, rules["flood"], ["n0"], 603, ref sequence));
        Assert.NotNull(Take(table, rules["flood"], ["n0"], 604, ref sequence));
    }

    [Fact]
    public void Requests_are_bounded_over_all_groups_and_what_had_to_go_is_deleted_from_the_state()
    {
        var rule = Assert.Single(Counted.Rules("type: event_count\nrules: [asked]\ngroup-by: [user.username]\ntimespan: 1h\ncondition: {gte: 9}").Correlations.All);
        var table = new CountedTable([rule], mostRequests: 40, mostAwake: 2);
        var sequence = 0L;
        for (var i = 0; i < 100; i++) Take(table, rule, ["user-" + (i / 5)], i, ref sequence);
        var figures = Assert.Single(table.Figures);
        Assert.Equal((40, 8, 12L), (figures.Requests, figures.Groups, figures.GroupsEvicted));
        Assert.Equal(40, table.TakeChanges().Count(c => c.Saved is not null));
    }

    [Fact]
    public void Windows_that_have_gone_leave_nothing_behind()
    {
        var rule = Assert.Single(Counted.Rules("type: event_count\nrules: [asked]\ngroup-by: [user.username]\ntimespan: 60s\ncondition: {gte: 9}").Correlations.All);
        var table = new CountedTable([rule], mostAwake: 4);
        var sequence = 0L;
        for (var i = 0; i < 5000; i++) Take(table, rule, ["user-" + (i % 700)], i, ref sequence, i % 7 == 0 ? AuditStage.ResponseStarted : AuditStage.ResponseComplete);
        Assert.InRange(Assert.Single(table.Figures).Groups, 60, 700);
        table.ForgetBefore(Micros(5000 + 60));
        Assert.Equal(100, Assert.Single(table.Figures).Groups);
        table.ForgetBefore(Micros(5000 + 86_400));
        Assert.Equal((0, 0), (Assert.Single(table.Figures).Groups, Assert.Single(table.Figures).Requests));
    }

    static List<string> Feed(CountedTable table, CorrelationRule rule, int seed)
    {
        var random = new Random(seed);
        var lines = new List<string>();
        var (at, sequence) = (0.0, 0L);
        for (var i = 0; i < 250; i++)
        {
            at += random.NextDouble() * 8;
            string[] group = [.. rule.Source.GroupBy.Select(_ => s_names[random.Next(s_names.Length)])];
            // Some come late, some are further stages of requests seen before.
            var (late, request) = (random.Next(10) == 0, random.Next(4) == 0 ? random.Next(i + 1) : i);
            var time = late ? at - (random.NextDouble() * 90) : at;
            var e = Facts(request, time, random.Next(3) == 0 ? AuditStage.ResponseStarted : AuditStage.ResponseComplete, i);
            var capture = new Capture(rule, group, random.Next(12) == 0 ? null : $"{random.Next(99)}", []) { Measured = rule.Metrics.Count == 0 ? null : [s_names[random.Next(3)]], Members = 1 };
            var evidence = table.Take(capture, e, Micros(at), late, () => sequence++);
            lines.Add(evidence is null ? "" : $"{evidence.GroupKey} {evidence.IsNew} {string.Join(' ', evidence.Members.Select(m => $"{m.Request} {string.Join(',', m.Marks)}"))}");
            if (i % 40 == 0) table.ForgetBefore(Micros(at));
        }

        return lines;
    }

    static List<string> Saved(CountedTable table) => [.. table.TakeChanges().Select(c => $"{c.Sequence} {c.ExpiresMicros} {(c.Saved is { } s ? $"{string.Join(',', s.Group)} {s.Request} {s.AtMicros} {s.Value} {string.Join<EvidenceMark>(',', s.Marks)} {s.Members}" : "-")}")];

    static GroupEvidence? Take(CountedTable table, CorrelationRule rule, string[] group, double at, ref long sequence, AuditStage stage = AuditStage.ResponseComplete)
    {
        var number = ++sequence;
        return table.Take(new Capture(rule, group, null, []), Facts((int)number, at, stage, (int)number), Micros(at), isLate: false, () => number);
    }

    static long Micros(double at) => 1_767_096_000_000_000 + (long)(at * 1_000_000);

    static EventFacts Facts(int request, double at, AuditStage stage, int number)
    {
        var (auditId, eventId) = (request % 3 == 0 ? $"audit-{request}" : new Guid(request, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10).ToString(), number.ToString("x32", System.Globalization.CultureInfo.InvariantCulture));
        return new EventFacts
        {
            Cluster = "lab", AuditId = auditId, RequestReceivedMicros = request, TimeMicros = Micros(at), Stage = stage, EventId = eventId,
            Position = number % 2 == 0 ? EvidencePosition.Journal(1, number, 3) : EvidencePosition.InFile("a.log", number),
        };
    }
}
