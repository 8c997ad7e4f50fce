using AuditWatch.Detection.Policy;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Tests.Policy;

public sealed class AuditPolicyFiles
{
    [Theory]
    [InlineData("- {users: [a]}", "The rule has no level.")]
    [InlineData("- level: Body", "There is no level 'Body'.")]
    [InlineData("- {level: Metadata, omitStages: [Started]}", "There is no stage 'Started'.")]
    [InlineData("- {level: Metadata, nonResourceURLs: [healthz]}", "'healthz' is no path.")]
    [InlineData("- {level: Metadata, nonResourceURLs: ['/a*b']}", "'/a*b' is no path.")]
    [InlineData("- {level: Metadata, nonResourceURLs: [/a], namespaces: [b]}", "A rule is about resources or about other URLs, not both.")]
    [InlineData("- {level: Metadata, resources: [{group: rbac.authorization.k8s.io/v1}]}", "'rbac.authorization.k8s.io/v1' is no API group.")]
    [InlineData("- {level: Metadata, resources: [{group: '', resourceNames: [a]}]}", "resourceNames stand without resources.")]
    [InlineData("- {level: Metadata, verbs: get}", "'verbs' is a list of texts.")]
    [InlineData("  []", "The policy has no rules.")]
    public void What_the_API_server_would_not_start_with_is_an_error_with_place_and_remedy(string rules, string message)
    {
        var problem = Policies.Problems(rules).First(p => p.Severity == ProblemSeverity.Error);
        Assert.Equal(message, problem.Message);
        Assert.True(problem is { Code: "AW1700", Line: > 0, Fix.Length: > 0 }, problem.ToString());
    }

    [Theory]
    [InlineData("apiVersion: audit.k8s.io/v1beta1\nkind: Policy\nrules: [{level: Metadata}]", "apiVersion is 'audit.k8s.io/v1beta1'.")]
    [InlineData("apiVersion: audit.k8s.io/v1\nkind: EventList\nrules: [{level: Metadata}]", "kind is 'EventList'.")]
    [InlineData("just text", "The file holds no policy.")]
    public void A_file_that_is_no_policy_is_refused(string yaml, string message)
    {
        var problems = new List<Problem>();
        Assert.Null(AuditPolicyReader.Read("p.yaml", yaml, problems));
        Assert.Equal(message, problems[0].Message);
    }

    [Fact]
    public void Broken_YAML_is_said_with_its_line()
    {
        var problems = new List<Problem>();
        Assert.Null(AuditPolicyReader.Read("p.yaml", "apiVersion: audit.k8s.io/v1\nrules: [", problems));
        Assert.True(problems[0] is { Code: "AW1700", Line: >= 2 }, problems[0].ToString());
    }

    [Theory]
    [InlineData("- {level: Metadata, verbs: ['*']}", "The verb '*' matches nothing: verbs have no wildcards.")]
    [InlineData("- {level: Metadata, verbs: [Get]}", "The verb 'Get' matches nothing: verbs are written in lower case.")]
    [InlineData("- {level: None, users: ['system:node:*']}", "The user 'system:node:*' matches nobody: users have no wildcards.")]
    [InlineData("- {level: Request, resources: [{group: '', resources: [deployments]}]}", "'deployments' is not in group ''.")]
    [InlineData("- {level: Request, resources: [{group: '', resources: ['*/*']}]}", "'*/*' matches nothing.")]
    [InlineData("- {level: Request, verbs: [create, list], resources: [{group: '', resources: [pods], resourceNames: [a]}]}", "With resourceNames it matches nothing: create, list name no object.")]
    [InlineData("- {level: Request, user: [a]}", "'user' is no part of a rule, and is passed over.")]
    public void What_can_never_match_is_a_warning(string rules, string message)
    {
        var problem = Assert.Single(Policies.Problems(rules));
        Assert.Equal((message, "AW1701", ProblemSeverity.Warning), (problem.Message, problem.Code, problem.Severity));
    }

    [Theory]
    [InlineData("- {level: Metadata, resources: [{group: ''}]}\n- {level: Request, resources: [{group: '', resources: [pods]}]}", true)]
    [InlineData("- {level: Metadata}\n- {level: Request, users: [a]}", true)]
    [InlineData("- {level: None, nonResourceURLs: ['/health*']}\n- {level: Metadata, nonResourceURLs: [/healthz]}", true)]
    [InlineData("- {level: Metadata, users: [a]}\n- {level: Request}", false)]
    [InlineData("- {level: Metadata, resources: [{group: '', resources: [pods]}]}\n- {level: Request, resources: [{group: '', resources: [pods/exec]}]}", false)]
    [InlineData("- {level: Metadata, namespaces: [a]}\n- {level: Request, namespaces: [a, b]}", false)]
    public void A_rule_that_an_earlier_one_covers_is_a_warning(string rules, bool isShadowed) =>
        Assert.Equal(isShadowed ? ["AW1702"] : [], Policies.Problems(rules).Select(p => p.Code));
}
