using AuditWatch.Detection.Policy;
using AuditWatch.Events.Model;

namespace AuditWatch.Detection.Tests.Policy;

/// <summary>How a policy decides on single requests: the rows that the API server's own checker is held to.</summary>
public sealed class AuditPolicyDecisions
{
    static readonly AuditedRequest Namespaced = new() { User = "tim@k8s.io", Groups = ["humans", "developers"], Verb = "get", Resource = "pods", Namespace = "default", Name = "busybox", Path = "/api/v1/namespaces/default/pods/busybox" };

    static readonly Dictionary<string, AuditedRequest> Requests = new()
    {
        ["namespaced"] = Namespaced,
        ["cluster"] = Namespaced with { Group = "rbac.authorization.k8s.io", Resource = "clusterroles", Namespace = "", Name = "edit" },
        ["nonResource"] = new() { User = "tim@k8s.io", Groups = ["humans", "developers"], Verb = "get", IsResource = false, Path = "/logs/kubelet.log" },
        ["subresource"] = Namespaced with { Subresource = "log" },
        ["unauthorized"] = Namespaced with { User = null, Groups = [] },
        ["clusterRoleUpdate"] = Namespaced with { Verb = "update", Group = "rbac.authorization.k8s.io", Resource = "clusterroles", Subresource = "status", Namespace = "", Name = "somerole" },
    };

    static readonly Dictionary<string, string> Rules = new()
    {
        ["default"] = "level: Metadata",
        ["create"] = "{level: Request, verbs: [create]}",
        ["tims"] = "{level: Metadata, users: [tim@k8s.io]}",
        ["humans"] = "{level: Metadata, userGroups: [humans]}",
        ["serviceAccounts"] = "{level: Request, userGroups: [system:serviceaccounts]}",
        ["getPods"] = "{level: RequestResponse, verbs: [get], resources: [{group: '', resources: [pods]}]}",
        ["getPodLogs"] = "{level: Request, verbs: [get], resources: [{group: '', resources: [pods/log]}]}",
        ["getAny"] = "{level: Request, verbs: [get], resources: [{group: '', resources: ['*']}]}",
        ["getAnyLog"] = "{level: Request, verbs: [get], resources: [{group: '', resources: ['*/log']}]}",
        ["getAllOfPods"] = "{level: Request, verbs: [get], resources: [{group: '', resources: ['pods/*']}]}",
        ["getClusterRoles"] = "{level: RequestResponse, verbs: [get], resources: [{group: rbac.authorization.k8s.io, resources: [clusterroles]}], namespaces: ['']}",
        ["updateAnyStatus"] = "{level: RequestResponse, verbs: [update], resources: [{group: '*', resources: ['*/status']}]}",
        ["getLogs"] = "{level: RequestResponse, verbs: [get], nonResourceURLs: ['/logs*']}",
        ["getMetrics"] = "{level: Request, verbs: [get], nonResourceURLs: [/metrics]}",
        ["clusterRoleEdit"] = "{level: Request, resources: [{group: rbac.authorization.k8s.io, resources: [clusterroles], resourceNames: [edit]}]}",
        ["omitReceived"] = "{level: Request, omitStages: [RequestReceived]}",
        ["onlyPanic"] = "{level: Request, omitStages: [RequestReceived, ResponseStarted, ResponseComplete]}",
    };

    [Theory]
    [InlineData("namespaced", "default→Metadata create→None tims→Metadata humans→Metadata serviceAccounts→None getPods→RequestResponse getClusterRoles→None getLogs→None getMetrics→None getMetrics,serviceAccounts,default→Metadata getMetrics,getPods,default→RequestResponse getPodLogs,getPods→RequestResponse")]
    [InlineData("cluster", "default→Metadata create→None tims→Metadata humans→Metadata serviceAccounts→None getPods→None getClusterRoles→RequestResponse clusterRoleEdit,getClusterRoles→Request getLogs→None getMetrics→None getMetrics,serviceAccounts,default→Metadata getMetrics,getClusterRoles,default→RequestResponse getPodLogs,getPods→None")]
    [InlineData("nonResource", "default→Metadata create→None tims→Metadata humans→Metadata serviceAccounts→None getPods→None getClusterRoles→None getLogs→RequestResponse getMetrics→None getMetrics,serviceAccounts,default→Metadata getLogs,getClusterRoles,default→RequestResponse getPodLogs,getPods→None")]
    [InlineData("subresource", "getPodLogs,getPods→Request getAny→Request getAnyLog→Request getAllOfPods→Request getPods→None")]
    [InlineData("unauthorized", "tims→None tims,default→Metadata humans→None humans,default→Metadata")]
    [InlineData("clusterRoleUpdate", "updateAnyStatus→RequestResponse")]
    public void A_request_gets_the_level_of_the_first_rule_that_matches(string request, string rows)
    {
        foreach (var row in rows.Split(' '))
        {
            var (names, level) = (row.Split('→')[0].Split(','), row.Split('→')[1]);
            foreach (var omitted in new[] { "", "omitStages: [RequestReceived, ResponseStarted]" })
            {
                var decision = Policies.Of(string.Join('\n', names.Select(n => "- " + Rules[n])), omitted).Decide(Requests[request]);
                Assert.True(level == (decision.Level?.ToString() ?? "None"), $"{request} {row}: {decision.Level}");
                Assert.Equal(omitted.Length > 0 ? 2 : 0, decision.Omitted.Count);
            }
        }
    }

    [Fact]
    public void Stages_are_omitted_by_the_policy_and_by_the_rule_that_matched()
    {
        var policy = Policies.Of($"- {Rules["getPods"]}\n- {Rules["onlyPanic"]}", "omitStages: [RequestReceived]");
        Assert.Equal([AuditStage.RequestReceived], policy.Decide(Requests["namespaced"]).Omitted);
        Assert.Equal([AuditStage.RequestReceived, AuditStage.ResponseStarted, AuditStage.ResponseComplete], policy.Decide(Requests["cluster"]).Omitted.Order());
        Assert.Equal([AuditStage.RequestReceived], Policies.Of($"- {Rules["omitReceived"]}\n- {Rules["default"]}").Decide(Requests["nonResource"]).Omitted);
    }

    [Fact]
    public void A_star_after_a_resource_takes_in_the_resource_itself_and_two_stars_nothing()
    {
        Assert.Equal(AuditLevel.Request, Policies.Of($"- {Rules["getAllOfPods"]}").Decide(Requests["namespaced"]).Level);
        Assert.Null(Policies.Of("- {level: Request, resources: [{group: '', resources: ['*/*']}]}").Decide(Requests["subresource"]).Level);
        Assert.Equal(AuditLevel.Metadata, Policies.Of("- {level: Metadata, resources: [{group: ''}]}").Decide(Requests["subresource"]).Level);
    }
}
