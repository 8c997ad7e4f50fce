using System.Text;
using System.Text.Json.Nodes;
using AuditWatch.Detection;
using AuditWatch.Detection.Lint;
using AuditWatch.Detection.Rules;
using AuditWatch.Detection.Testing;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Parsing;
using AuditWatch.Testing;
using Site.Chains;

namespace AuditWatch.Scenarios;

/// <summary>The examples of detections/README.md, taken from the page and run as a new user would.</summary>
public sealed class ReadmeExamples : IDisposable
{
    static readonly string Detections = Path.Combine(Checkout.Root, "detections");
    readonly string _folder = Directory.CreateTempSubdirectory("auditwatch-readme-").FullName;

    [Fact]
    public void The_rule_of_the_page_is_clean_and_its_cases_hold()
    {
        var yaml = Fences("yaml");
        Directory.CreateDirectory(Path.Combine(_folder, "privilege-escalation"));
        Directory.CreateDirectory(Path.Combine(_folder, "traces"));
        foreach (var file in (string[])["bases.yml", "changes.yml"]) File.Copy(Path.Combine(Detections, "traces", file), Path.Combine(_folder, "traces", file));
        File.WriteAllText(Path.Combine(_folder, "privilege-escalation", "host-path-by-example.yml"), yaml[1] + yaml[0]);
        File.WriteAllText(Path.Combine(_folder, "privilege-escalation", "host-path-by-example.tests.yml"), yaml[2] + yaml[3]);

        var sources = RuleSources.Only([_folder]);
        Assert.Empty(RuleLint.Check(sources).Findings.Where(f => f.Severity != ProblemSeverity.Info).Select(f => f.ToString()));
        var problems = new List<Problem>();
        var results = new RuleTestRun(RuleSnapshot.Load(sources, problems)).Run(_folder, problems);
        Assert.Empty(problems.Select(p => p.ToString()));
        Assert.True(results.Count > 8);
        Assert.Empty(results.Where(r => !r.Passed).Select(r => $"{r.Case}: expected {r.Expected}, got {r.Got}"));
    }

    [Fact]
    public void The_chain_of_the_page_is_the_one_that_is_compiled_here_and_tells_its_story_once()
    {
        Assert.Equal(File.ReadAllText(Path.Combine(Checkout.Root, "tests", "AuditWatch.Scenarios", nameof(PrivilegedPodUsedByItsMaker) + ".cs")).ReplaceLineEndings("\n"), Assert.Single(Fences("csharp")));
        var problems = new List<Problem>();
        var rules = RuleSnapshot.Load(RuleSources.Shipped with { ChainAssemblies = [typeof(PrivilegedPodUsedByItsMaker).Assembly.Location] }, problems);
        Assert.DoesNotContain(problems, p => p.Severity == ProblemSeverity.Error);

        Assert.Equal(1, Told(rules, maker: "jane", user: "jane"));
        Assert.Equal(0, Told(rules, maker: "erin", user: "jane"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    static int Told(RuleSnapshot rules, string maker, string user)
    {
        var pod = Event("pod-create", 1, ("user.username", maker), ("requestObject.spec.containers", JsonNode.Parse("""[{"name":"c","image":"registry.example.com/c:1","securityContext":{"privileged":true}}]""")!));
        var exec = Event("exec", 2, ("user.username", user), ("objectRef.namespace", JsonNode.Parse(pod)!["objectRef"]!["namespace"]!.DeepClone()), ("objectRef.name", JsonNode.Parse(pod)!["objectRef"]!["name"]!.DeepClone()));
        var engine = new DetectionEngine(rules, _ => new ClusterFacts());
        var commits = new[] { engine.Process(new JournaledEvents("lab", 0, 0, 0, [Encoding.UTF8.GetBytes(pod), Encoding.UTF8.GetBytes(exec)])), engine.Idle("lab", new(0, 1, 0)) };
        return commits.SelectMany(c => c!.Alerts).Where(a => a.Rule.Name == "privileged-pod-used-by-its-maker").Select(a => a.AlertId).Distinct().Count();
    }

    static string Event(string name, int minute, params (string Path, JsonNode Value)[] with)
    {
        var e = new TestEvents(Detections).Find("traces/bases.yml#" + name, out var problem);
        Assert.True(e is not null, problem);
        foreach (var (path, value) in with) EventPatch.Apply(e, path, value);
        e["responseObject"] = null;
        e["level"] = "Request";
        foreach (var stamp in (string[])["requestReceivedTimestamp", "stageTimestamp"]) e[stamp] = $"2026-11-25T12:{minute:00}:00.000000Z";
        return e.ToJsonString();
    }

    // The fenced blocks of a language, their indentation taken off.
    static List<string> Fences(string language)
    {
        var blocks = new List<string>();
        StringBuilder? open = null;
        var indent = 0;
        foreach (var line in File.ReadLines(Path.Combine(Detections, "README.md")))
        {
            if (open is null && line.TrimStart() == "```" + language) (open, indent) = (new StringBuilder(), line.Length - line.TrimStart().Length);
            else if (open is not null && line.TrimStart() == "```")
            {
                blocks.Add(open.ToString());
                open = null;
            }
            else open?.Append(line.Length >= indent ? line[indent..] : line).Append('\n');
        }

        return blocks;
    }
}
