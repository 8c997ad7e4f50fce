using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Lint;

/// <summary>Ways in which the same object is written that a rule does not see: generated names, patches by path, workloads instead of pods.</summary>
static class ObjectChecks
{
    // Where the log has the parts of these kinds, and the field that has them however they were written.
    static readonly Dictionary<string, string> Derived = new(StringComparer.Ordinal) { ["rules"] = "aw.role.rules", ["roleRef"] = "aw.binding.role_name", ["subjects"] = "aw.binding.subjects" };

    static readonly string[] OfRights = ["roles", "clusterroles", "rolebindings", "clusterrolebindings"];

    public static void Check(LintedRule rule)
    {
        var verbs = rule.Possible("verb");
        foreach (var use in rule.Uses.Where(u => rule.Wants(u.Selection)))
        {
            if (use.Path == "objectRef.name" && IsPattern(use) && !rule.Reads("aw.name") && MayCreate(rule, verbs) && !OnSubresource(rule))
                rule.Warn(LintCodes.GeneratedName, use.Test.Place, "An object created with generateName has its name in the answer only; objectRef has none.", "Ask 'aw.name'.");
            if (use.Path.Split('.') is ["requestObject" or "responseObject", var member, ..] && Derived.TryGetValue(member, out var derived) && rule.IsOn(OfRights) && (verbs is null || verbs.Contains("patch")))
                rule.Warn(LintCodes.PatchByPath, use.Test.Place, $"A patch may be a list of operations; then there is no '{use.Path}'.", $"Ask '{derived}', which puts such a patch together.");
        }

        OnlyPods(rule, verbs);
    }

    static void OnlyPods(LintedRule rule, IReadOnlySet<string>? verbs)
    {
        if (!rule.IsOn("pods") || rule.Uses.Any(u => u.Path == "objectRef.resource" && u.Literals is not ["pods"]) || OnSubresource(rule) || !MayCreate(rule, verbs)) return;
        if (NamesActor(rule) || rule.Uses.FirstOrDefault(u => u.Path.StartsWith("aw.pod.", StringComparison.Ordinal) && rule.Wants(u.Selection)) is not { } use) return;
        rule.Warn(LintCodes.OnlyPods, use.Test.Place, "Most pods are made by controllers from workloads that people write: seen at the pod, the person is lost.", "Leave 'objectRef.resource: pods' out; 'aw.pod' is there for every workload.");
    }

    // Whom it looks for writes pods itself.
    static bool NamesActor(LintedRule rule) => rule.Uses.Any(u => u.Path is "user.username" or "user.groups" or "aw.real_user" or "aw.effective_user" or "aw.is_node" && rule.Wants(u.Selection));

    static bool MayCreate(LintedRule rule, IReadOnlySet<string>? verbs) =>
        verbs is null ? rule.Uses.Any(u => u.Path is "aw.is_create" or "aw.is_write" && u.Literals is ["true"] && rule.Wants(u.Selection)) : verbs.Contains("create");

    static bool OnSubresource(LintedRule rule) => rule.Possible("objectRef.subresource") is not null;

    static bool IsPattern(FieldUse use) =>
        !use.Has("neq") && (use.Test.Modifiers.Any(m => m is "startswith" or "endswith" or "contains" or "re") || use.Test.Values.Any(v => v.Text.Contains('*', StringComparison.Ordinal)));
}
