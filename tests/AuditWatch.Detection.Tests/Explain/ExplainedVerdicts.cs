using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Explain;
using AuditWatch.Detection.Rules;
using AuditWatch.Detection.Scanning;
using AuditWatch.Events.Framing;
using AuditWatch.Events.Model;
using AuditWatch.Events.Scanning;
using AuditWatch.Sigma.Evaluation;
using CsCheck;

namespace AuditWatch.Detection.Tests.Explain;

public sealed class ExplainedVerdicts
{
    [Fact]
    public void Explanations_say_what_the_engine_says_for_every_shipped_rule_on_events_of_many_kinds()
    {
        var rules = Lab.Rules;
        string[] profiles = ["vanilla", "openshift"];
        foreach (var profile in profiles)
        {
            var cluster = new ClusterFacts { Profile = profile };
            var explainers = rules.For(cluster).Rules.Select(r => (Rule: r, Explainer: new RuleExplainer(rules, r, cluster))).ToList();
            var seen = new HashSet<Truth>();
            Gen.Select(Of("get", "list", "create", "update", "patch", "delete", "deletecollection"), Of("pods", "secrets", "clusterroles", "clusterrolebindings", "deployments", "nodes"),
                Of<string?>(null, "exec", "token", "status"), Of("Metadata", "Request", "RequestResponse"), Of(200, 201, 403, 101), Gen.Int[0, Bodies.Length - 1],
                Of("alice", "system:serviceaccount:ci:runner", "system:node:n1", "system:anonymous"), Of("RequestReceived", "ResponseComplete"))
                .Sample((verb, resource, sub, level, code, body, user, stage) =>
                {
                    var json = new An { Verb = verb, Resource = resource, Subresource = sub, Level = level, Code = code, Body = Bodies[body], User = user, Stage = stage, Namespace = "kube-system" }.Event;
                    var e = new AuditEvent(rules.Symbols);
                    Assert.True(e.TryRead(json, default, cluster, 0, out _));
                    foreach (var (rule, explainer) in explainers)
                    {
                        var (verdict, tree) = explainer.Explain(e);
                        Assert.True(verdict == tree.Verdict, $"{rule.Identity.Name}: engine {verdict}, explanation {tree.Verdict}");
                        seen.Add(verdict.Truth);
                    }
                }, iter: Lab.Cases(20, 300), threads: 1, seed: "0000KOIPtcDy");
            Assert.Equal(3, seen.Count);
        }
    }

    [Fact]
    public void A_leaf_shows_what_was_wanted_and_what_was_seen_in_each_element_of_an_array()
    {
        var tree = One("privileged-container", new An { Verb = "create", Resource = "pods", Code = 201, Body = Bodies[1] }).Tree;
        var leaves = Leaves(tree).ToList();
        Assert.Contains(leaves, l => l is { Label: "verb", Seen: "create", Wanted: "create, update, patch", Verdict.Truth: Truth.True });
        Assert.Contains(leaves, l => l is { Label: "objectRef.subresource|exists", Seen: "(absent)", Verdict.Truth: Truth.False });
        var elements = Nodes(Selection(tree)).Where(n => n.Kind == "element").ToList();
        Assert.Equal([("aw.pod.containers[0]", Truth.False), ("aw.pod.containers[1]", Truth.True)], elements.Select(n => (n.Label, n.Verdict.Truth)));
        Assert.Equal("true", Leaves(elements[1]).Single().Seen);
    }

    [Fact]
    public void Where_the_body_was_not_logged_the_leaf_says_why_it_is_unknown()
    {
        var found = One("privileged-container", new An { Verb = "create", Resource = "pods", Code = 201, Body = Bodies[1], Level = "Metadata" });
        Assert.Equal(Truth.Unknown, found.Verdict.Truth);
        var array = Nodes(Selection(found.Tree)).Single(n => n.Kind == "array");
        Assert.Equal(["level_too_low"], UnknownReasons.Of(array.Verdict.Why));
    }

    [Fact]
    public void A_rule_says_what_it_could_match_and_which_level_it_needs()
    {
        var run = new ExplainRun(Lab.Rules, new ScanOptions(), "privileged-container");
        Assert.Contains("pods", run.Needs.Resources!);
        Assert.Equal(["create", "patch", "update"], run.Needs.Verbs);
        Assert.Equal("Request", run.Needs.Level);
        Assert.Null(run.Needs.Stages);
    }

    [Fact]
    public void A_rule_that_does_not_exist_is_refused_with_those_that_are_near()
    {
        var fault = Assert.Throws<KeyNotFoundException>(() => new ExplainRun(Lab.Rules, new ScanOptions(), "privileged"));
        Assert.StartsWith("There is no rule 'privileged'. There is ", fault.Message, StringComparison.Ordinal);
        Assert.Contains("privileged-container", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_event_at_the_wanted_line_is_explained()
    {
        using var folder = new Lint.RuleFolder();
        var file = Path.Combine(folder.Dir, "audit.log");
        File.WriteAllLines(file, [new An { Id = "a" }.Json.ToJsonString(), new An { Id = "b" }.Json.ToJsonString(), new An { Id = "c" }.Json.ToJsonString()]);
        var run = new ExplainRun(Lab.Rules, new ScanOptions(), "exec-into-pod");
        var inputs = InputFiles.Resolve([file], () => Stream.Null).Files;
        Assert.Equal(["b"], run.Run(inputs, (_, line) => line == 2, 10, TestContext.Current.CancellationToken).Select(v => v.AuditId));
        Assert.Equal(["a", "b"], run.Run(inputs, (_, _) => true, 2, TestContext.Current.CancellationToken).Select(v => v.AuditId));
    }

    static readonly string?[] Bodies =
    [
        null,
        """{"kind":"Pod","metadata":{"name":"p"},"spec":{"hostNetwork":true,"containers":[{"name":"a","image":"a"},{"name":"b","image":"b:latest","securityContext":{"privileged":true}}],"volumes":[{"name":"h","hostPath":{"path":"/etc"}}]}}""",
        """{"kind":"ClusterRole","metadata":{"name":"r"},"rules":[{"verbs":["get"],"resources":["pods"]},{"verbs":["*"],"resources":["secrets"],"apiGroups":[""]}]}""",
        """[{"op":"replace","path":"/spec/template/spec/containers/0/securityContext/privileged","value":true}]""",
        """{"subjects":[{"kind":"Group","name":"system:unauthenticated"}],"roleRef":{"kind":"ClusterRole","name":"cluster-admin"}}""",
    ];

    static (Verdict Verdict, ExplainedNode Tree) One(string name, An an)
    {
        var cluster = new ClusterFacts();
        var rule = Lab.Rules.For(cluster).Rules.Single(r => r.Identity.Name == name);
        var e = new AuditEvent(Lab.Rules.Symbols);
        Assert.True(e.TryRead(an.Event, default, cluster, 0, out _));
        return new RuleExplainer(Lab.Rules, rule, cluster).Explain(e);
    }

    static ExplainedNode Selection(ExplainedNode tree) => Nodes(tree).First(n => n is { Kind: "selection", Label: "selection" });

    static Gen<T> Of<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    static IEnumerable<ExplainedNode> Nodes(ExplainedNode node) => node.Parts.SelectMany(Nodes).Prepend(node);

    static IEnumerable<ExplainedNode> Leaves(ExplainedNode node) => Nodes(node).Where(n => n.Kind == "field");
}
