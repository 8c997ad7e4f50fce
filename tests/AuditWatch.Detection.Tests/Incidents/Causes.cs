using System.Security.Cryptography;
using System.Text;

namespace AuditWatch.Detection.Tests.Incidents;

public sealed class Causes
{
    [Fact]
    public void A_theft_from_minting_to_reading_is_one_incident_told_in_order_with_reasons()
    {
        var lab = Run(Histories.StolenToken());
        var incident = Assert.Single(lab.Incidents);
        Assert.Equal("critical", incident.Level);
        Assert.Contains(incident.Steps, s => s.Rule == "stolen-token-reads-secrets");
        Assert.True(incident.Steps.Zip(incident.Steps.Skip(1)).All(p => p.First.TimeMicros <= p.Second.TimeMicros));
        Assert.Empty(incident.Steps[0].Reasons);
        Assert.All(incident.Steps.Skip(1), s => Assert.NotEmpty(s.Reasons));
        Assert.Contains(incident.Steps, s => s.Reasons.Contains("uses the token JTI=1 that was minted before") || s.Reasons.Contains("the same credential JTI=1"));
        Assert.Equal(incident.Steps.Select(s => s.AlertId).Distinct().Count(), incident.Steps.Count);
        Assert.All(incident.Steps, s => Assert.Contains(lab.Alerts, a => a.AlertId == s.AlertId));
    }

    [Fact]
    public void Rights_granted_and_used_are_one_incident_of_giver_and_taker()
    {
        var incident = Assert.Single(Run(Histories.FreshPrivilege()).Incidents);
        Assert.Equal(["dave", "system:serviceaccount:ci:deployer"], incident.Actors);
        Assert.Contains(incident.Steps, s => s.Reasons.Contains("uses rights that were granted to system:serviceaccount:ci:deployer"));
    }

    [Fact]
    public void Entering_a_pod_of_a_workload_belongs_to_whoever_asked_for_the_workload()
    {
        var exec = An.Exec(30) with { User = "mallory", Name = "web-5d4f-x7k2p" };
        var incident = Assert.Single(Run([.. Workloads.Rollout(), exec]).Incidents);
        Assert.Equal(["dave", "mallory"], incident.Actors);
        Assert.Contains(incident.Steps[^1].Reasons, r => r.StartsWith("about deployments prod/web", StringComparison.Ordinal));
    }

    [Fact]
    public void What_has_nothing_in_common_stays_apart_and_one_alert_is_no_incident()
    {
        Assert.Empty(Run(An.Exec(0) with { User = "alice", Name = "a-1" }, An.Exec(1, "exec-2") with { User = "bob", Name = "b-1", Namespace = "dev" }).Incidents);
        var two = Run([.. Histories.StolenToken(), .. Histories.StolenToken(100, "JTI=2", "-2").Select(e => e with { User = e.User == "dave" ? "erin" : "system:serviceaccount:dev:other", Ip = "198.51.100.99" == e.Ip ? e.Ip : e.Ip + "1" })]);
        Assert.Equal(2, two.Incidents.Count);
    }

    [Fact]
    public void The_same_person_an_hour_and_more_later_is_another_matter()
    {
        static An Delete(double at, string id) => new() { Id = id, User = "dave", Verb = "delete", Resource = "namespaces", Namespace = null, Name = "prod-" + id, At = at };
        var near = Run([Workloads.Deployment(0), Delete(60, "a")]);
        Assert.Single(near.Incidents);
        Assert.Empty(Run([Workloads.Deployment(0), Delete(3700, "a")]).Incidents);
    }

    [Fact]
    public void Two_cases_that_turn_out_to_hang_together_become_the_older_one()
    {
        var account = "system:serviceaccount:ci:deployer";
        An[] history =
        [
            An.Binding(0, "bind", "other"),
            Workloads.Deployment(5),
            new() { Id = "read", User = account, Credential = "JTI=9", Verb = "list", Namespace = null, Name = null, At = 10 },
            An.Pod(12, "early", account) with { Credential = "JTI=9" },
            An.Binding(20, "bind-2"),
            An.Pod(22, "late", account) with { Credential = "JTI=9" },
        ];
        var lab = Run(1, history);
        var incident = Assert.Single(lab.Incidents);
        Assert.Contains("dave", incident.Actors);
        Assert.Contains(account, incident.Actors);
        Assert.Contains("\"MergedInto\":\"" + incident.IncidentId, lab.IncidentsText, StringComparison.Ordinal);
    }

    static Lab Run(params An[] history) => Run(100, history);

    // With ids as servers make them: a chosen one would be an alert of its own.
    static Lab Run(int frame, An[] history) => new Lab().Run([.. history.Select(e => (e with { Id = Uuid(e.Id) }).Event)], frame);

    static string Uuid(string id)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes(id))[..16];
        (bytes[7], bytes[8]) = ((byte)(0x40 | (bytes[7] & 0x0F)), (byte)(0x80 | (bytes[8] & 0x3F)));
        return new Guid(bytes).ToString();
    }
}
