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

    static IReadOnlyList<WeakLeaf> Weak(params string[] cases) => Run(Detection, cases);

    static IReadOnlyList<WeakLeaf> Run(string detection, params string[] cases)
    {
        using var folder = new RuleFolder()
            .Add("traces/t.yml", "read: " + new An { Level = "Metadata" }.Json.ToJsonString())
            .AddRule("r.yml", "1", detection)
            .Add("r.tests.yml", "rule: 00000000-0000-4000-8000-000000000001\ncases:\n" + string.Join('\n', cases) + "\n");
        var problems = new List<Problem>();
        var run = new RuleMutationRun(folder.Load());
        var weak = run.Run(folder.Dir, problems);
        Assert.Empty(problems);
        Assert.True(run.Mutants > 0, "No mutant was tried.");
        return weak;
    }
}
