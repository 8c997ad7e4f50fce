using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Lint;

/// <summary>Questions about the object that is written: members it does not have, arrays taken apart, places that are missed.</summary>
static class BodyChecks
{
    static readonly HashSet<string> ContainerLists = new(StringComparer.Ordinal) { "containers", "initContainers", "ephemeralContainers" };
    static readonly string[] Workloads = ["pods", "deployments", "daemonsets", "statefulsets", "replicasets", "replicationcontrollers", "jobs", "cronjobs", "podtemplates"];

    public static void Check(LintedRule rule)
    {
        var resources = rule.Possible("objectRef.resource");
        foreach (var use in rule.Uses)
        {
            Members(rule, use, resources);
            Places(rule, use, resources);
            if (use.Path.Contains("kubectl.kubernetes.io/last-applied-configuration", StringComparison.Ordinal))
                rule.Warn(LintCodes.LastApplied, use.Test.Place, "Only 'kubectl apply' on the client's side writes this annotation: 'kubectl run', server-side apply and every other client pass by.",
                    "Ask the object itself, for instance aw.pod.containers.");
            if (rule.Excludes(use.Selection) && (use.Quantifier is null or ArrayQuantifier.Any) && IsImageOfAny(use.Path) && !use.Has("neq"))
                rule.Warn(LintCodes.AllowListOnAnyContainer, use.Test.Place, "One trusted image among the containers excludes the whole pod: an attacker adds one.",
                    "Put the exclusion into the block that finds the container, or ask 'aw.pod.containers[all]'.");
        }

        Arrays(rule);
        Named(rule);
    }

    static void Members(LintedRule rule, FieldUse use, IReadOnlySet<string>? resources)
    {
        if (use.Path.StartsWith("aw.pod.", StringComparison.Ordinal) && FieldTypes.Of(use.Path) == FieldType.Open)
        {
            var member = use.Path["aw.pod.".Length..].Split('.', '[')[0];
            if (member is not ("labels" or "annotations" or "service_account") && !BodyFields.OfPods.Contains(member))
                rule.Error(LintCodes.NoSuchMember, use.Test.Place, $"The spec of a pod has no '{member}'.", "See docs/derived-fields.md; members of a container stand below 'aw.pod.containers'.");
        }

        // A subresource has a body of its own kind.
        if (rule.Possible("objectRef.subresource") is not null || resources is not { Count: > 0 } || resources.Select(r => BodyFields.Missing(r, use.Path)).ToArray() is not [{ } missing, ..] all || all.Any(m => m is null)) return;
        rule.Error(LintCodes.NoSuchMember, use.Test.Place, $"Objects of {string.Join(", ", resources.Order(StringComparer.Ordinal))} have no '{missing}'.",
            resources.All(r => r.EndsWith("bindings", StringComparison.Ordinal)) ? "A binding names accounts in 'aw.binding.subjects' and its role in 'aw.binding.role_name'." : "Check the kind's API reference.");
    }

    static void Places(LintedRule rule, FieldUse use, IReadOnlySet<string>? resources)
    {
        var parts = BodyFields.Parts(use.Path);
        var spec = Array.LastIndexOf(parts, "spec");
        if (spec < 0 || spec + 1 >= parts.Length || resources is null || !resources.Any(r => Workloads.Contains(r, StringComparer.OrdinalIgnoreCase))) return;
        var member = parts[spec + 1];
        if (ContainerLists.Contains(member))
        {
            if (rule.Uses.Any(u => u.Path.StartsWith("aw.pod.containers", StringComparison.Ordinal))) return;
            var read = rule.Uses.SelectMany(u => BodyFields.Parts(u.Path)).Where(ContainerLists.Contains).ToHashSet(StringComparer.Ordinal);
            // Only pods can be given ephemeral ones.
            var missed = ContainerLists.Except(read).Where(l => l != "ephemeralContainers" || resources.Contains("pods")).Order(StringComparer.Ordinal).ToArray();
            if (missed.Length > 0)
                rule.Warn(LintCodes.ContainersMissed, use.Test.Place, $"Only '{member}' is looked at; {string.Join(" and ", missed)} run all the same.",
                    "Write 'aw.pod.containers[any]:', which has all three, in every kind of workload.");
        }
        else if (BodyFields.OfPods.Contains(member) && (spec > 0 || resources.Contains("pods")) && !(resources.Contains("nodes") && member == "unschedulable"))
        {
            rule.Warn(LintCodes.PodSpecInOnePlace, use.Test.Place, $"'{use.Path}' is where one kind keeps it; templates of other workloads keep it elsewhere, and a patch may name it by path.",
                $"Write 'aw.pod.{string.Join('.', parts[(spec + 1)..])}' (docs/derived-fields.md).");
        }
    }

    static bool IsImageOfAny(string path) =>
        path.EndsWith(".image", StringComparison.Ordinal) && path.Split('.') is [.., var list, "image"] && ContainerLists.Contains(list);

    static void Arrays(LintedRule rule)
    {
        foreach (var selection in rule.Rule.Detection.Selections) Arrays(rule, selection.Body, "");
    }

    static void Arrays(LintedRule rule, Criterion criterion, string prefix)
    {
        switch (criterion)
        {
            case AllOf all:
                var seen = new Dictionary<string, string>(StringComparer.Ordinal);
                foreach (var test in all.Items.OfType<FieldTest>())
                {
                    var path = prefix.Length == 0 ? test.Field : prefix + "." + test.Field;
                    foreach (var array in BodyFields.ArraysIn(path).Where(a => a.Length > prefix.Length))
                    {
                        if (!seen.TryAdd(array, path) && seen[array] != path)
                        {
                            rule.Warn(LintCodes.SameElement, test.Place, $"'{test.Field}' and '{seen[array]}' may be true of two different elements of '{array}'.",
                                $"Write '{array}[any]:' and both questions below it.");
                            break;
                        }
                    }
                }

                foreach (var item in all.Items) Arrays(rule, item, prefix);
                break;
            case AnyOf any:
                foreach (var item in any.Items) Arrays(rule, item, prefix);
                break;
            case ArrayTest array:
                Arrays(rule, array.Body, prefix.Length == 0 ? array.Field : prefix + "." + array.Field);
                break;
            case NestedDetection nested:
                foreach (var selection in nested.Detection.Selections) Arrays(rule, selection.Body, prefix);
                break;
        }
    }

    static void Named(LintedRule rule)
    {
        string[] roles = ["cluster-admin", "admin", "edit", "view"];
        if (rule.IsOn("rolebindings", "clusterrolebindings") && !rule.Uses.Any(u => u.Path.Contains("roleRef", StringComparison.Ordinal) || u.Path.StartsWith("aw.binding.role", StringComparison.Ordinal))
            && rule.Uses.FirstOrDefault(u => u.Path is "objectRef.name" or "aw.name" && rule.Wants(u.Selection) && u.Test.Values.Any(v => roles.Contains(v.Text))) is { } named)
            rule.Warn(LintCodes.BindingByName, named.Test.Place, "This is the name of the binding, which anybody chooses, not of the role that it grants.", "Ask 'aw.binding.role_name'.");
        var speaksOfPrivileged = (rule.Rule.Title + " " + rule.Rule.Name).Contains("privileged", StringComparison.OrdinalIgnoreCase);
        if (speaksOfPrivileged && rule.Uses.FirstOrDefault(u => u.Path.EndsWith("allowPrivilegeEscalation", StringComparison.Ordinal)) is { } escalation
            && !rule.Uses.Any(u => u.Path.EndsWith(".privileged", StringComparison.Ordinal)))
            rule.Warn(LintCodes.EscalationAsPrivileged, escalation.Test.Place, "allowPrivilegeEscalation lets a process gain more than its parent had; it does not make a container privileged.",
                "Ask 'securityContext.privileged: true'.");
    }
}
