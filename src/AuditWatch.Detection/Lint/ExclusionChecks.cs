using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Lint;

/// <summary>Exclusions that hide more than was meant.</summary>
static class ExclusionChecks
{
    static readonly HashSet<string> Identity = new(StringComparer.Ordinal)
    {
        "user.username", "user.groups", "aw.real_user", "aw.effective_user", "aw.effective_groups", "impersonatedUser.username", "impersonatedUser.groups",
    };

    static readonly HashSet<string> BroadGroups = new(StringComparer.OrdinalIgnoreCase)
    {
        "system:authenticated", "system:serviceaccounts", "system:serviceaccounts:kube-system", "system:nodes", "system:masters", "system:unauthenticated",
    };

    static readonly string[] BroadBeginnings = ["system:", "system:serviceaccount:", "system:serviceaccount:kube-system:", "system:serviceaccounts:", "system:node:"];

    static readonly HashSet<string> Addresses = new(StringComparer.Ordinal) { "aw.client_ip", "aw.client_ip.scope", "aw.source_ips_all", "sourceIPs" };

    static readonly HashSet<string> PrivateNetworks = new(StringComparer.OrdinalIgnoreCase) { "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", "fd00::/8" };

    public static void Check(LintedRule rule)
    {
        foreach (var selection in rule.Rule.Detection.Selections.Where(s => rule.Excludes(s) && !rule.Wants(s)))
            foreach (var alternative in Alternatives(selection)) Check(rule, alternative);
    }

    static void Check(LintedRule rule, List<FieldUse> uses)
    {
        if (uses.Count == 0) return;
        if (uses.All(u => Addresses.Contains(u.Path)) && uses.FirstOrDefault(IsPrivate) is { } home)
            rule.Warn(LintCodes.PrivateAsBenign, home.Test.Place, "Every private address is excluded: pods, nodes and whoever is inside already have one.",
                "Exclude an identity together with the addresses it comes from, or ask 'aw.client_ip.in_cluster' beside it.");
        if (uses.All(u => Identity.Contains(u.Path)) && uses.FirstOrDefault(IsBroad) is { } broad)
            rule.Warn(LintCodes.BroadIdentity, broad.Test.Place, $"'{Shown(broad)}' covers stolen credentials of nodes and controllers too, and with them whoever holds them.",
                "Name the identities (%control-plane-identities%) and where they come from (aw.client_ip.scope).");
        if (uses.All(u => u.Path == "objectRef.namespace") && uses.SelectMany(u => u.Test.Values).FirstOrDefault(v => v.Text.StartsWith("kube-", StringComparison.Ordinal) || v.Text.StartsWith("openshift-", StringComparison.Ordinal)) is { } space)
            rule.Warn(LintCodes.WholeNamespace, space.Place, $"All that happens in '{space.Text}' is excluded: the best hiding place there is.", "Exclude an identity together with the namespace and the object.");
    }

    static bool IsBroad(FieldUse use) => !use.Has("neq") && !use.Has("expand") && use.Test.Values.Any(v =>
        use switch
        {
            _ when use.Has("startswith") => BroadBeginnings.Contains(v.Text.TrimEnd('*'), StringComparer.OrdinalIgnoreCase),
            _ when use.Has("contains") => "system:serviceaccount:".Contains(v.Text.Trim('*'), StringComparison.OrdinalIgnoreCase),
            _ => BroadGroups.Contains(v.Text) || (v.Text.EndsWith('*') && BroadBeginnings.Contains(v.Text.TrimEnd('*'), StringComparer.OrdinalIgnoreCase)),
        });

    static bool IsPrivate(FieldUse use) => !use.Has("neq") && !use.Has("expand") && (use.Path == "aw.client_ip.scope"
        ? use.Test.Values.Any(v => v.Text.Equals("private", StringComparison.OrdinalIgnoreCase))
        : use.Test.Values.Any(v => use.Has("cidr") ? PrivateNetworks.Contains(v.Text) : v.Text.TrimEnd('*') is "10." or "192.168." or "172."));

    static string Shown(FieldUse use) => $"{use.Path}{string.Concat(use.Test.Modifiers.Select(m => "|" + m))}: {use.Test.Values[0].Text}";

    static IEnumerable<List<FieldUse>> Alternatives(SigmaSelection selection) =>
        (selection.Body is AnyOf any ? any.Items : [selection.Body]).Select(i => FieldUse.In(selection with { Body = i }).ToList());
}
