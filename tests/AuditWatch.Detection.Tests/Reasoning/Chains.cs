using System.Net;
using AuditWatch.Events.Model;

namespace AuditWatch.Detection.Tests.Reasoning;

public sealed class Chains
{
    const string Token = "stolen-token-reads-secrets", Fresh = "fresh-privilege-creates-workload", Account = "system:serviceaccount:ci:deployer";

    [Fact]
    public void A_token_used_away_from_its_minter_that_reads_secrets_is_one_alert_with_all_its_steps()
    {
        var alert = Assert.Single(new Lab().Run(Histories.StolenToken()).Of(Token));
        Assert.Equal(["mint", "look", "read", "again"], alert.AuditIds);
        Assert.Equal(4, alert.Count);
        Assert.Equal("critical", alert.Level);
        Assert.Equal("JTI=1", alert.GroupBy!["credential"]);
        Assert.Equal(3_000_000, alert.Window!.Value.ToMicros - alert.Window.Value.FromMicros);
    }

    [Fact]
    public void The_same_token_at_its_minters_address_is_nothing() =>
        Assert.Empty(new Lab().Run([.. Histories.StolenToken().Select(e => e with { Ip = "198.51.100.77" })]).Of(Token));

    [Fact]
    public void A_token_that_a_kubelet_fetched_lives_in_its_pod()
    {
        An[] history =
        [
            An.Mint(0, "system:node:worker-1", "10.20.1.11", "JTI=7", "mint"),
            new() { Id = "r1", User = Account, Credential = "JTI=7", Ip = "10.244.1.14", Verb = "list", Name = null, At = 1 },
            new() { Id = "r2", User = Account, Credential = "JTI=7", Ip = "10.20.1.11", Verb = "list", Name = null, At = 2 },
        ];
        Assert.Empty(new Lab().Run(history).Of(Token));
        var stolen = new An { Id = "r3", User = Account, Credential = "JTI=7", Ip = "10.244.9.9", Verb = "list", Name = null, At = 3 };
        Assert.Single(new Lab().Run([.. history, stolen]).Of(Token));
    }

    [Fact]
    public void The_thief_is_seen_even_if_the_pod_never_used_its_token_before()
    {
        An[] history =
        [
            An.Mint(0, "system:node:worker-1", "10.20.1.11", "JTI=7", "mint"),
            new() { Id = "r1", User = Account, Credential = "JTI=7", Ip = "203.0.113.200", Verb = "list", Name = null, At = 1 },
        ];
        Assert.Single(new Lab().Run(history).Of(Token));
        // Where kubelets call from public addresses, pods may too.
        Assert.Empty(new Lab().Run([history[0] with { Ip = "198.51.100.1" }, history[1]]).Of(Token));
        // Known networks say it outright.
        var known = new ClusterFacts { Networks = [IPNetwork.Parse("198.51.100.0/24")] };
        Assert.Single(new Lab(cluster: known).Run([history[0] with { Ip = "198.51.100.1" }, history[1]]).Of(Token));
    }

    [Fact]
    public void Only_the_thief_is_told_of_when_owner_and_thief_both_read()
    {
        An[] history =
        [
            An.Mint(0, "system:node:worker-1", "10.20.1.11", "JTI=7", "mint"),
            new() { Id = "own", User = Account, Credential = "JTI=7", Ip = "10.244.1.14", Verb = "list", Name = null, At = 1 },
            new() { Id = "theft", User = Account, Credential = "JTI=7", Ip = "203.0.113.200", Verb = "list", Resource = "pods", Name = null, At = 2 },
            new() { Id = "own2", User = Account, Credential = "JTI=7", Ip = "10.244.1.14", Verb = "list", Name = null, At = 3 },
        ];
        Assert.Empty(new Lab().Run(history).Of(Token));
    }

    [Fact]
    public void Rights_put_to_use_are_one_alert_that_names_binding_first_act_and_workload()
    {
        var alert = Assert.Single(new Lab().Run(Histories.FreshPrivilege()).Of(Fresh));
        Assert.Equal(["bind", "look2", "pod"], alert.AuditIds);
        Assert.Equal("high", alert.Level);
        Assert.Equal(Account, alert.GroupBy!["actor"]);
    }

    [Fact]
    public void Creating_the_workload_may_itself_be_the_first_act() =>
        Assert.Equal(["bind", "pod"], Assert.Single(new Lab().Run(An.Binding(0, "bind"), An.Pod(3, "pod")).Of(Fresh)).AuditIds);

    [Fact]
    public void A_group_of_service_accounts_is_bound_with_each_of_its_members()
    {
        var binding = An.Binding(0, "bind");
        var group = binding with { Body = binding.Body!.Replace("""{"kind":"ServiceAccount","name":"deployer","namespace":"ci"}""", """{"kind":"Group","name":"system:serviceaccounts:ci"}""", StringComparison.Ordinal) };
        Assert.Single(new Lab().Run(group, An.Pod(3, "pod")).Of(Fresh));
        Assert.Empty(new Lab().Run(group, An.Pod(3, "pod", "system:serviceaccount:prod:web")).Of(Fresh));
    }

    [Fact]
    public void What_an_account_did_before_it_was_bound_or_long_after_is_no_story()
    {
        Assert.Empty(new Lab().Run(An.Pod(0, "pod"), An.Binding(3, "bind")).Of(Fresh));
        Assert.Empty(new Lab().Run(An.Binding(0, "bind"), An.Pod(3700, "pod")).Of(Fresh));
        Assert.Empty(new Lab().Run(An.Binding(0, "bind", "other"), An.Pod(3, "pod")).Of(Fresh));
    }
}
