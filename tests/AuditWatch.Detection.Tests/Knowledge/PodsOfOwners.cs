using AuditWatch.Detection.Rules;
using AuditWatch.Detection.Tests.Rules;

namespace AuditWatch.Detection.Tests.Knowledge;

public sealed class PodsOfOwners
{
    [Fact]
    public void What_controllers_make_of_a_persons_request_is_told_in_the_persons_alert()
    {
        var alert = Assert.Single(new Lab().Run(Workloads.Rollout()).Of(Workloads.Rule));
        Assert.Equal("dave", alert.Actor.User);
        Assert.Equal(["deploy-web", "rs-web", "pod-web-1", "pod-web-2", "pod-web-3"], alert.AuditIds);
        Assert.Equal(5, alert.Count);
        Assert.Equal(Detection.Alerts.AlertId.Of("lab", alert.Rule.Id, Histories.Facts(Workloads.Deployment(0)).Request), alert.AlertId);
    }

    [Fact]
    public void It_does_not_matter_which_of_them_arrives_first()
    {
        var rollout = Workloads.Rollout();
        var expected = new Lab().Run([.. rollout.Select(e => e.Event)], 1).TextWithoutPlaces;
        foreach (var size in new[] { 1, 2, 100 }) Assert.Equal(expected, new Lab().Run([.. rollout.Reverse().Select(e => e.Event)], size).TextWithoutPlaces);
    }

    [Fact]
    public void Pods_whose_owner_was_there_before_the_journal_are_one_alert_among_themselves()
    {
        var alert = Assert.Single(new Lab().Run(Workloads.Rollout()[2..]).Of(Workloads.Rule));
        Assert.Equal(["pod-web-1", "pod-web-2", "pod-web-3"], alert.AuditIds);
        Assert.Null(alert.GroupBy);
    }

    [Fact]
    public void Other_workloads_and_pods_without_an_owner_stay_alerts_of_their_own()
    {
        var bare = Workloads.PodOf(3, 9) with { Id = "bare", User = "dave", Name = "web-bare", Body = """{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web-bare"},"spec":{"containers":[{"name":"c","image":"i","securityContext":{"privileged":true}}]}}""" };
        var lab = new Lab().Run([.. Workloads.Rollout(), .. Workloads.Rollout(1, "api"), bare]);
        Assert.Equal(["deploy-api", "deploy-web", "bare"], lab.Of(Workloads.Rule).OrderBy(a => a.AuditIds.Count * -1).ThenBy(a => a.AuditIds[0], StringComparer.Ordinal).Select(a => a.AuditIds[0]));
    }

    [Fact]
    public void A_template_that_was_harmless_when_a_person_asked_for_it_leaves_the_controllers_first_object_to_speak_for_the_rest()
    {
        // The mutating webhook of somebody else made it privileged on its way.
        var rollout = Workloads.Rollout();
        rollout[0] = Workloads.Deployment(0, privileged: false);
        var alert = Assert.Single(new Lab().Run(rollout).Of(Workloads.Rule));
        Assert.Equal(["rs-web", "pod-web-1", "pod-web-2", "pod-web-3"], alert.AuditIds);
    }

    [Fact]
    public void A_second_change_is_an_alert_of_its_own_and_later_pods_of_the_new_replica_set_belong_to_it()
    {
        var again = Workloads.Deployment(10) with { Id = "again", Verb = "update", Code = 200 };
        var second = Workloads.ReplicaSet(10.1) with { Id = "rs-again", Name = "web-7777" };
        second = second with { Body = second.Body!.Replace("web-5d4f", "web-7777", StringComparison.Ordinal) };
        var pod = Workloads.PodOf(10.2, 4);
        pod = pod with { Body = pod.Body!.Replace("web-5d4f", "web-7777", StringComparison.Ordinal) };
        var lab = new Lab().Run([.. Workloads.Rollout(), again, second, pod, Workloads.PodOf(11, 5)]);
        Assert.Equal([["deploy-web", "rs-web", "pod-web-1", "pod-web-2", "pod-web-3", "pod-web-5"], ["again", "rs-again", "pod-web-4"]], lab.Of(Workloads.Rule).Select(a => a.AuditIds.ToArray()));
    }

    [Fact]
    public void An_owner_that_was_deleted_and_made_anew_does_not_inherit()
    {
        var uid = Workloads.Deployment(0) with { Answer = Workloads.Deployment(0).Body!.Replace("\"metadata\":{", "\"metadata\":{\"uid\":\"other\",", StringComparison.Ordinal) };
        var lab = new Lab().Run([uid, Workloads.ReplicaSet(1), Workloads.PodOf(2, 1)]);
        Assert.True(lab.Of(Workloads.Rule).Count == 2, lab.Text);
    }

    [Fact]
    public void An_exception_for_the_persons_request_covers_what_came_of_it()
    {
        using var site = new RuleFolder().Add("x.yml", LoadingRules.Filter("dave", "auditwatch: {owner: sre, reason: agreed, expires: '2026-12-25T12:00:00Z'}").Replace("00000000-0000-4000-8000-000000000001", "privileged-container", StringComparison.Ordinal));
        var rules = RuleSnapshot.Load(RuleSources.Shipped with { ExceptionDirs = [site.Dir] }, site.Problems);
        Assert.Empty(site.Problems);
        Assert.Empty(new Lab(rules).Run(Workloads.Rollout()).Of(Workloads.Rule));
        Assert.Single(new Lab(rules).Run([Workloads.Deployment(0, user: "erin"), .. Workloads.Rollout()[1..]]).Of(Workloads.Rule));
    }

    [Fact]
    public void A_rule_that_does_not_read_what_pods_hold_keeps_one_alert_per_request()
    {
        using var folder = new RuleFolder().AddRule("pods.yml", "1", "{selection: {objectRef.resource: [pods, deployments], verb: create}, condition: selection}");
        var rules = RuleSnapshot.Load(RuleSources.Only([folder.Dir]), folder.Problems);
        Assert.Empty(folder.Problems);
        Assert.Equal(4, new Lab(rules).Run(Workloads.Rollout()).Alerts.Count);
    }
}
