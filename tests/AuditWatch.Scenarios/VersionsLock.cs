using System.Security.Cryptography;
using System.Text;
using AuditWatch.Testing;
using NRules.Fluent;

namespace AuditWatch.Scenarios;

/// <summary>detections/versions.lock: what every detection was when it was last looked at, so that no change of a rule, or of the engine that changes what a rule means, comes in unseen.</summary>
public sealed class VersionsLock
{
    [Fact]
    public void The_lock_names_every_detection_as_it_is()
    {
        var file = Path.Combine(Checkout.Root, "detections", "versions.lock");
        var text = Text();
        if (Environment.GetEnvironmentVariable("AUDITWATCH_UPDATE") == "1") File.WriteAllText(file, text);
        Assert.True(File.Exists(file) && File.ReadAllText(file) == text, "detections/versions.lock is stale: run this test once with AUDITWATCH_UPDATE=1, look at which detections changed, and commit it.");
    }

    static string Text()
    {
        var rules = Replay.Rules;
        var lines = rules.Rules.Select(r => (r.Name, r.Id, r.Rule.Revision))
            .Concat(rules.Correlations.All.Select(c => (c.Identity.Name, c.Identity.Id, c.Identity.Rule.Revision)))
            .Concat(rules.Chains.Rules.Select(c => (c.Name, Type: (Type)c.Properties[RuleProperties.ClrType])).Select(c => (c.Name, Detection.Reasoning.ChainIdentity.IdOf(c.Type), Hash(c.Type))));
        return "# name, id and revision of every rule, correlation and chain; see CONTRIBUTING.md\n" + string.Concat(lines.OrderBy(l => l.Item1, StringComparer.Ordinal).Select(l => $"{l.Item1} {l.Item2} {l.Item3}\n"));
    }

    // A chain is its class.
    static string Hash(Type chain) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(File.ReadAllText(Path.Combine(Checkout.Root, "detections", "chains", chain.Name + ".cs")).ReplaceLineEndings("\n"))).AsSpan(0, 8));
}
