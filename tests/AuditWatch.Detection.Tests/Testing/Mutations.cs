using AuditWatch.Detection.Testing;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Tests.Testing;

public sealed class Mutations
{
    const string Detection = "{selection: {objectRef.resource: secrets, verb: get}, robots: {aw.is_service_account: true}, condition: selection and not robots}";

    const string Fires = "- {it: a, from: traces/t.yml#read, expect: fire}";
    const string OtherResource = "- {it: b, from: traces/t.yml#read, with: {objectRef.resource: pods}, expect: silent}";
    const string OtherVerb = "- {it: c, from: traces/t.yml#read, with: {verb: list}, expect: silent}";
    const string Robot = "- {it: d, from: traces/t.yml#read, with: {user.username: 'system:serviceaccount:a:b'}, expect: silent}";

    [Fact]
    public void Every_question_that_decides_in_some_case_is_left_alone() => Assert.Empty(Weak(Fires, OtherResource, OtherVerb, Robot));

    [Fact]
    public void A_question_without_a_near_miss_is_named_with_its_place() =>
        Assert.Equal([("selection", "verb: get", "true", 4)], Weak(Fires, OtherResource, Robot).Select(w => (w.Selection, w.Leaf, w.TakenFor, w.Line)));

    [Fact]
    public void An_exclusion_that_no_case_needs_is_named() =>
        Assert.Equal([("robots", "false")], Weak(Fires, OtherResource, OtherVerb).Select(w => (w.Selection, w.TakenFor)));

    [Fact]
    public void A_question_inside_an_array_is_taken_for_answered_of_every_element()
    {
        const string Wild = "{selection: {objectRef.resource: secrets, 'user.groups[any]': {'.': masters}}, condition: selection}";
        Assert.Equal([("objectRef.resource: secrets", "true"), (".: masters", "true")], Run(Wild, "- {it: a, from: traces/t.yml#read, with: {user.groups: [masters]}, expect: fire}", OtherResource).Select(w => (w.Leaf, w.TakenFor)));
        Assert.Empty(Run(Wild, "- {it: a, from: traces/t.yml#read, with: {user.groups: [masters]}, expect: fire}", OtherResource.Replace("{objectRef", "{user.groups: [masters], objectRef", StringComparison.Ordinal), "- {it: e, from: traces/t.yml#read, expect: silent}"));
    }

    [Fact]
    public void A_case_like_another_runs_once_for_each_change_of_one_thing() =>
        Assert.Empty(Weak(Fires, "- {it: near, like: a, but: [robot, {verb: list}], each: {objectRef.resource: [pods, configmaps]}, expect: silent}"));

    [Fact]
    public void A_change_that_does_not_come_out_as_expected_is_named()
    {
        using var folder = Folder(Detection, Fires, "- {it: near, like: a, but: [robot, {userAgent: x}], each: {verb: [list, get]}, expect: silent}");
        var failed = new RuleTestRun(folder.Load()).Run(folder.Dir, []).Where(r => r.Case == "near" && !r.Passed).Select(r => Assert.Single(r.Combination));
        Assert.Equal([new("but", "userAgent: x"), new("verb", "get")], failed);
    }

    [Theory]
    [InlineData("- {it: b, like: z, expect: silent}", "there is none 'z'")]
    [InlineData("- {it: b, like: a, from: traces/t.yml#read, expect: silent}", "not both")]
    [InlineData("- {it: b, like: a, but: robot, expect: silent}", "'but' is a list")]
    [InlineData("- {it: b, like: a, each: {verb: get}, expect: silent}", "needs a list of values")]
    public void What_cannot_be_meant_is_refused(string second, string message)
    {
        using var folder = Folder(Detection, Fires, second);
        var problems = new List<Problem>();
        new RuleTestRun(folder.Load()).Run(folder.Dir, problems);
        Assert.Contains(message, Assert.Single(problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_without_an_entry_is_a_problem_of_its_run()
    {
        using var folder = Folder(Detection, Fires, "- {it: near, like: a, but: [nobody], expect: silent}");
        Assert.Contains("has no change 'nobody'", Assert.Single(new RuleTestRun(folder.Load()).Run(folder.Dir, []), r => r.Case == "near").Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void The_suggested_cases_hold_and_leave_no_question_without_one()
    {
        using var folder = Folder(Detection, Fires);
        var suggested = new CaseSuggestions(folder.Load()).For(folder.Dir, []).ToList();
        Assert.All(suggested, s => Assert.Equal("a", s.Like));
        using var with = Folder(Detection, [Fires, .. suggested.Select(s => s.Yaml().TrimEnd().Replace("\n  ", "\n", StringComparison.Ordinal)[2..])]);
        Assert.DoesNotContain(new RuleTestRun(with.Load()).Run(with.Dir, []), r => !r.Passed && r.Case.StartsWith("stays silent", StringComparison.Ordinal));
        Assert.Empty(new RuleMutationRun(with.Load()).Run(with.Dir, []));
    }

    [Fact]
    public void What_only_workloads_have_makes_no_near_miss_of_another_resource()
    {
        const string Workload = "{selection: {objectRef.resource: RESOURCES, aw.pod.host_network: true}, condition: selection}";
        const string Host = "- {it: a, from: traces/t.yml#read, with: {verb: create, objectRef.resource: pods, level: Request, requestObject: {spec: {hostNetwork: true}}}, expect: fire}";
        Assert.Contains(Run(Workload.Replace("RESOURCES", "[pods, deployments]", StringComparison.Ordinal), Host), w => w.TakenFor == "true" && w.Leaf.StartsWith("objectRef.resource", StringComparison.Ordinal));
        Assert.DoesNotContain(
            Run(Workload.Replace("RESOURCES", "[pods, deployments, daemonsets, statefulsets, replicasets, replicationcontrollers, jobs, cronjobs, podtemplates, rollouts, deploymentconfigs]", StringComparison.Ordinal), Host),
            w => w.TakenFor == "true" && w.Leaf.StartsWith("objectRef.resource", StringComparison.Ordinal));
    }

    [Fact]
    public void The_path_of_the_request_follows_its_object()
    {
        var e = (System.Text.Json.Nodes.JsonObject)System.Text.Json.Nodes.JsonNode.Parse("""{"verb":"get","requestURI":"/api/v1/namespaces/shop/secrets/db?dryRun=All","objectRef":{"resource":"secrets","namespace":"shop","name":"db","apiVersion":"v1"}}""")!;
        EventPatch.Change(e, new() { ["objectRef.resource"] = "roles", ["objectRef.apiGroup"] = "rbac.authorization.k8s.io", ["verb"] = "list", ["?dryRun"] = null, ["?limit"] = "500" });
        Assert.Equal("/apis/rbac.authorization.k8s.io/v1/namespaces/shop/roles?limit=500", e["requestURI"]!.ToString());
    }

    static RuleFolder Folder(string detection, params string[] cases) => new RuleFolder()
        .Add("traces/t.yml", "read: " + new An { Level = "Metadata" }.Json.ToJsonString())
        .Add("traces/changes.yml", "robot: {user.username: 'system:serviceaccount:a:b'}\n")
        .AddRule("r.yml", "1", detection)
        .Add("r.tests.yml", "rule: 00000000-0000-4000-8000-000000000001\ncases:\n" + string.Join('\n', cases) + "\n");

    static IReadOnlyList<WeakLeaf> Weak(params string[] cases) => Run(Detection, cases);

    static IReadOnlyList<WeakLeaf> Run(string detection, params string[] cases)
    {
        using var folder = Folder(detection, cases);
        var problems = new List<Problem>();
        var run = new RuleMutationRun(folder.Load());
        var weak = run.Run(folder.Dir, problems);
        Assert.Empty(problems);
        Assert.True(run.Mutants > 0, "No mutant was tried.");
        return weak;
    }
}
