using AuditWatch.Detection.Policy;
using AuditWatch.Detection.Rules;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Tests.Policy;

public sealed class WhatPoliciesLetRulesSee
{
    const string Everything = "- level: RequestResponse";
    const string WithoutTls = "{selection: {objectRef.resource: ingresses, verb: create}, tls: {requestObject.spec.tls|exists: true}, condition: selection and not tls}";
    const string Privileged = "{selection: {objectRef.resource: pods, verb: [create, update, patch], 'aw.pod.containers[any]': {securityContext.privileged: true}}, condition: selection}";
    const string SecretRead = "{selection: {objectRef.resource: secrets, verb: [get, list]}, condition: selection}";

    [Fact]
    public void Every_shipped_rule_can_hold_on_something_and_a_policy_that_logs_everything_blinds_none()
    {
        var coverage = PolicyCoverage.Of(Lab.Rules, Policies.Of(Everything));
        Assert.Empty(coverage.All.Where(r => r.State != Visibility.Live).Select(r => $"{r.Name}: {r.State}"));
        Assert.True(coverage.All.Count >= Lab.Rules.Rules.Count + 2);
        Assert.Contains(coverage.All, r => r.Kind == "chain");
        Assert.Contains(coverage.All, r => r.Kind == "correlation");
    }

    [Theory]
    [InlineData(SecretRead, "- level: Metadata", Visibility.Live)]
    [InlineData(SecretRead, "- {level: None, resources: [{group: '', resources: [secrets]}]}\n- level: Metadata", Visibility.Blind)]
    [InlineData(SecretRead, "- {level: None, userGroups: [system:nodes], verbs: [get]}\n- level: Metadata", Visibility.PartlyBlind)]
    [InlineData(SecretRead, "- {level: None, namespaces: [kube-system]}\n- level: Metadata", Visibility.PartlyBlind)]
    [InlineData(SecretRead, "- {level: None, resources: [{group: '', resources: [secrets], resourceNames: [a]}]}\n- level: Metadata", Visibility.PartlyBlind)]
    [InlineData(SecretRead, "- {level: Metadata, verbs: [get], resources: [{group: '', resources: [secrets]}]}", Visibility.PartlyBlind)]
    [InlineData(SecretRead, "- {level: Metadata, resources: [{group: '', resources: ['pods/*']}]}", Visibility.Blind)]
    [InlineData(Privileged, "- level: Metadata", Visibility.Blind)]
    [InlineData(Privileged, "- {level: Request, verbs: [create, update]}\n- level: RequestResponse", Visibility.Live)]
    [InlineData(Privileged, "- level: Request", Visibility.PartlyBlind)]
    [InlineData(WithoutTls, "- level: Metadata", Visibility.Inverted)]
    [InlineData(WithoutTls, "- {level: Request, resources: [{group: networking.k8s.io}]}", Visibility.Live)]
    [InlineData("{selection: {verb: delete, objectRef.resource: events, objectRef.namespace: prod}, condition: selection}", "- {level: None, namespaces: [prod]}\n- level: Metadata", Visibility.Blind)]
    [InlineData("{selection: {verb: delete, objectRef.resource: events, objectRef.namespace: prod}, condition: selection}", "- {level: None, namespaces: [test]}\n- level: Metadata", Visibility.Live)]
    [InlineData("{selection: {objectRef.resource: secrets, verb: get, user.username|startswith: 'system:serviceaccount:'}, condition: selection}", "- {level: None, userGroups: [system:nodes]}\n- level: Metadata", Visibility.Live)]
    [InlineData("{selection: {objectRef.resource: secrets, verb: get, user.username|startswith: 'system:node:'}, condition: selection}", "- {level: None, userGroups: [system:nodes]}\n- level: Metadata", Visibility.Blind)]
    [InlineData("{selection: {objectRef.resource: secrets, verb: get}, robots: {aw.is_service_account: true}, condition: selection and not robots}", "- {level: None, userGroups: [system:serviceaccounts]}\n- level: Metadata", Visibility.Live)]
    [InlineData("{selection: {aw.impersonated: true}, condition: selection}", "- {level: None, users: [root]}\n- level: Metadata", Visibility.Live)]
    [InlineData("{selection: {requestURI|startswith: /version}, condition: selection}", "- {level: None, nonResourceURLs: ['/healthz*']}\n- level: Metadata", Visibility.Live)]
    [InlineData("{selection: {objectRef.resource: pods, objectRef.subresource: exec}, condition: selection}", "- {level: Metadata, resources: [{group: '', resources: [pods]}]}", Visibility.Blind)]
    [InlineData("{selection: {verb: create, objectRef.resource: secrets}, condition: selection}", "- {level: Metadata, omitStages: [ResponseComplete]}", Visibility.Live)]
    [InlineData("{selection: {verb: create, objectRef.resource: secrets, responseStatus.code: 201}, condition: selection}", "- {level: Metadata, omitStages: [ResponseComplete, Panic]}", Visibility.Blind)]
    [InlineData("{selection: {responseStatus.code: 401, user.username: null}, condition: selection}", "- {level: Metadata, omitStages: [ResponseStarted]}", Visibility.Blind)]
    [InlineData("{keywords: [abc], condition: keywords}", "- level: Request", Visibility.PartlyBlind)]
    [InlineData("{selection: {objectRef.resource: widgets, verb: create}, condition: selection}", "- {level: Metadata, resources: [{group: acme.example.com, resources: [widgets]}]}", Visibility.Live)]
    [InlineData("{selection: {objectRef.resource: roles, verb: create, 'aw.role.rules[any]': {verbs: '\\*'}}, condition: selection}", "- {level: RequestResponse, resources: [{group: rbac.authorization.k8s.io, resources: [clusterroles]}]}\n- level: Metadata", Visibility.Blind)]
    public void A_rule_is_live_partly_blind_blind_or_inverted(string detection, string policy, Visibility expected)
    {
        var one = See(detection, policy);
        Assert.True(expected == one.State, $"{one.State}: {string.Join("; ", one.BlindSpots)}");
        Assert.Equal(expected == Visibility.Live, one.BlindSpots.Count == 0);
    }

    [Fact]
    public void A_blind_spot_names_what_is_not_seen_why_and_what_would_be_needed()
    {
        var one = See(Privileged, "- {level: Metadata, resources: [{group: '', resources: [pods]}]}\n- level: RequestResponse");
        Assert.All(one.BlindSpots, s => Assert.Equal((5, "Metadata", false, "pods"), (s.Line, s.Recorded, s.IsInverted, Assert.Single(s.Resources))));
        Assert.Equal(["create", "update"], one.BlindSpots.Where(s => s.Needed == "Request").SelectMany(s => s.Verbs).Order());
        // A patch says only what it changes; the whole object is in the answer.
        Assert.Equal(["patch"], one.BlindSpots.Where(s => s.Needed == "RequestResponse").SelectMany(s => s.Verbs));
        Assert.All(one.BlindSpots, s => Assert.Empty(s.Callers));
    }

    [Fact]
    public void The_smallest_change_goes_before_the_rule_that_hides_and_was_tried_out()
    {
        var one = See(WithoutTls, "- {level: RequestResponse, resources: [{group: ''}]}\n- level: Metadata");
        Assert.Equal((6, Visibility.Live, false), (one.Change!.BeforeLine, one.Change.Leaves, one.Change.ShowsSecrets));
        Assert.Equal("- level: Request\n  verbs: [create]\n  resources:\n  - {group: networking.k8s.io, resources: [ingresses]}", one.Change.Text);
    }

    [Fact]
    public void A_change_never_takes_away_what_another_rule_of_the_policy_gave()
    {
        var one = See("{selection: {objectRef.resource: [pods, secrets], verb: create}, body: {requestObject.metadata.name: a}, condition: selection and body}",
            "- {level: None, users: [robot], verbs: [create], resources: [{group: '', resources: [pods]}]}\n- level: RequestResponse");
        Assert.Equal(Visibility.PartlyBlind, one.State);
        Assert.StartsWith("- level: RequestResponse", one.Change!.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_that_would_log_secret_values_says_so() =>
        Assert.True(See("{selection: {objectRef.resource: secrets, verb: create, requestObject.type: x}, condition: selection}", "- level: Metadata").Change!.ShowsSecrets);

    [Fact]
    public void An_omitted_stage_is_named_and_keeping_it_is_the_change()
    {
        var one = See("{selection: {responseStatus.code: 401, user.username: null}, condition: selection}", "- level: Metadata", "omitStages: [ResponseStarted]");
        Assert.All(one.BlindSpots, s => Assert.Equal("ResponseStarted", s.OmittedStage));
        Assert.Equal("# take ResponseStarted out of omitStages", one.Change!.Text);
    }

    [Fact]
    public void A_correlation_is_as_blind_as_what_it_counts()
    {
        var rules = Load(SecretRead, "---\ntitle: Many\nname: many\nlogsource: {product: kubernetes, service: audit}\ncorrelation: {type: event_count, rules: [r], group-by: [user.username], timespan: 5m, condition: {gte: 5}}\n");
        var many = PolicyCoverage.Of(rules, Policies.Of("- {level: None, resources: [{group: '', resources: [secrets]}]}\n- level: Metadata")).All.Single(r => r.Kind == "correlation");
        Assert.Equal(Visibility.Blind, many.State);
        Assert.Equal(("r", Visibility.Blind), Assert.Single(many.BlindMembers));
    }

    [Fact]
    public void A_policy_that_lists_deployments_under_the_core_group_leaves_rules_about_their_pods_blind()
    {
        // The policy that a well-known engine ships: deployments do not lie in "", and roles are not named.
        var policy = Policies.Of("- {level: RequestResponse, resources: [{group: '', resources: [pods, deployments]}]}\n- {level: Request, resources: [{group: '', resources: [configmaps]}]}\n- {level: Request, resources: [{group: '', resources: [secrets]}]}\n- level: Metadata");
        Assert.Equal(Visibility.Blind, PolicyCoverage.Of(Load("{selection: {objectRef.resource: deployments, verb: create, aw.pod.host_network: true}, condition: selection}"), policy).All[0].State);
        Assert.Equal(Visibility.Inverted, PolicyCoverage.Of(Load(WithoutTls), policy).All[0].State);
    }

    static RuleVisibility See(string detection, string policy, string more = "") => PolicyCoverage.Of(Load(detection), Policies.Of(policy, more)).All[0];

    static RuleSnapshot Load(string detection, string more = "")
    {
        using var folder = new RuleFolder().Add("r.yml", $"title: R\nname: r\nlogsource: {{product: kubernetes, service: audit}}\ndetection: {detection}\n{more}");
        var rules = folder.Load();
        Assert.DoesNotContain(folder.Problems, p => p.Severity == ProblemSeverity.Error);
        return rules;
    }
}
