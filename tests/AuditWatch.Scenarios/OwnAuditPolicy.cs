using System.Text;
using AuditWatch.Detection.Policy;
using AuditWatch.Sigma.Parsing;
using AuditWatch.Testing;

namespace AuditWatch.Scenarios;

/// <summary>What the audit policy that we ship lets the rules that we ship see: a page that is kept, so that nobody blinds a rule unawares.</summary>
public sealed class OwnAuditPolicy
{
    const string File = "infra/kubernetes/audit-policy.yaml";

    [Fact]
    public void The_page_of_what_our_policy_leaves_unseen_is_what_the_simulator_says()
    {
        var problems = new List<Problem>();
        var policy = AuditPolicyReader.Read(File, System.IO.File.ReadAllText(Path.Combine(Checkout.Root, File)), problems);
        Assert.Empty(problems);
        var text = Page(PolicyCoverage.Of(Replay.Rules, policy!));
        var page = Path.Combine(Checkout.Root, "docs", "detections", "audit-policy.md");
        if (Environment.GetEnvironmentVariable("AUDITWATCH_UPDATE") == "1") System.IO.File.WriteAllText(page, text);
        Assert.True(System.IO.File.Exists(page) && System.IO.File.ReadAllText(page) == text, "docs/detections/audit-policy.md is stale: run this test once with AUDITWATCH_UPDATE=1, look at what changed, and commit it.");
    }

    static string Page(PolicyCoverage coverage)
    {
        var text = new StringBuilder($"""
            # What our audit policy leaves unseen

            `auditwatch rules coverage --policy {File}`, kept by `tests/AuditWatch.Scenarios/OwnAuditPolicy.cs`. Everything that is not named here sees every request it could hold on.
            Secrets, tokens and access keys are logged without their bodies on purpose: rules that would need those are blind under every policy that keeps secrets out of the log.

            | rule | state | of what | recorded | needed |
            |---|---|---|---|---|

            """);
        foreach (var one in coverage.All.Where(r => r.State != Visibility.Live).OrderByDescending(r => r.State).ThenBy(r => r.Name, StringComparer.Ordinal))
        {
            var state = one.State switch { Visibility.PartlyBlind => "partly blind", Visibility.Unreached => "unreached", var s => s.ToString().ToLowerInvariant() };
            if (one.BlindSpots.Count == 0) text.Append($"| {one.Name} | {state} | {string.Join(", ", one.BlindMembers.Select(m => m.Rule))} | | |\n");
            foreach (var spot in one.BlindSpots.Take(3))
                text.Append($"| {one.Name} | {state} | {Some(spot.Verbs)} of {Some(spot.Resources)}{(spot.Callers.Count == 0 ? "" : " by " + Some(spot.Callers))} | {spot.Recorded} | {spot.Needed} |\n");
            if (one.BlindSpots.Count > 3) text.Append($"| {one.Name} | {state} | and {one.BlindSpots.Count - 3} more | | |\n");
        }

        return text.ToString();
    }

    static string Some(IReadOnlyList<string> all) => string.Join(", ", all.Take(4)) + (all.Count > 4 ? " …" : "");
}
