using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Policy;

/// <summary>What an audit policy says and the API server never does.</summary>
static class AuditPolicyChecks
{
    static readonly string[] Nameless = ["create", "list", "watch", "deletecollection"];

    public static void Check(AuditPolicy policy, ICollection<Problem> problems)
    {
        for (var i = 0; i < policy.Rules.Count; i++)
        {
            var rule = policy.Rules[i];
            foreach (var verb in rule.Verbs.Where(v => v.Contains('*', StringComparison.Ordinal))) Never($"The verb '{verb}' matches nothing: verbs have no wildcards.", "Leave out 'verbs' for every verb.");
            foreach (var verb in rule.Verbs.Where(v => !v.Contains('*', StringComparison.Ordinal) && v.Any(char.IsAsciiLetterUpper))) Never($"The verb '{verb}' matches nothing: verbs are written in lower case.", $"Write '{verb.ToLowerInvariant()}'.");
            foreach (var user in rule.Users.Where(u => u.Contains('*', StringComparison.Ordinal)))
                Never($"The user '{user}' matches nobody: users have no wildcards.", user.StartsWith("system:node:", StringComparison.Ordinal) ? "Write 'userGroups: [system:nodes]'." : "Write the group, or each name.");
            foreach (var resources in rule.Resources) Resources(rule, resources);
            for (var j = 0; j < i; j++)
                if (Covers(policy.Rules[j], rule))
                {
                    problems.Add(new(PolicyCodes.Shadowed, ProblemSeverity.Warning, policy.File, rule.Line, 1, null, $"The rule is never reached: the rule in line {policy.Rules[j].Line} takes everything before it.", "Move it up, or remove it."));
                    break;
                }

            void Never(string message, string fix) => problems.Add(new(PolicyCodes.NeverMatches, ProblemSeverity.Warning, policy.File, rule.Line, 1, null, message, fix));
        }

        void Resources(AuditPolicyRule rule, AuditPolicyResources some)
        {
            foreach (var written in some.Resources)
            {
                var parts = written.Split('/', 2);
                if (written is "*/*") Never("'*/*' matches nothing.", "Write '*'.");
                else if (parts[0] != "*" && parts[0].Length > 0 && KubernetesResources.GroupsOf(parts[0]) is { Count: > 0 } groups && some.Group != "*" && !groups.Contains(some.Group))
                    Never($"'{parts[0]}' is not in group '{some.Group}'.", $"Write 'group: \"{groups[0]}\"'.");
            }

            if (some.ResourceNames.Count > 0 && rule.Verbs.Count > 0 && rule.Verbs.All(Nameless.Contains))
                Never($"With resourceNames it matches nothing: {string.Join(", ", rule.Verbs)} name no object.", "Leave out 'resourceNames', or ask for other verbs.");

            void Never(string message, string fix) => problems.Add(new(PolicyCodes.NeverMatches, ProblemSeverity.Warning, policy.File, rule.Line, 1, null, message, fix));
        }
    }

    // Certain only: what the later rule matches, the earlier one does.
    static bool Covers(AuditPolicyRule first, AuditPolicyRule later) =>
        Contains(first.Users, later.Users) && Contains(first.UserGroups, later.UserGroups) && Contains(first.Verbs, later.Verbs) && CoversObjects(first, later);

    static bool CoversObjects(AuditPolicyRule first, AuditPolicyRule later)
    {
        if (first.Resources.Count == 0 && first.Namespaces.Count == 0 && first.NonResourceUrls.Count == 0) return true;
        if (first.NonResourceUrls.Count > 0)
            return later.NonResourceUrls.Count > 0 && later.NonResourceUrls.All(u => first.NonResourceUrls.Any(f => f == u || f == "*" || (f.EndsWith('*') && u.StartsWith(f[..^1], StringComparison.Ordinal))));
        if (later.NonResourceUrls.Count > 0 || (later.Resources.Count == 0 && later.Namespaces.Count == 0)) return false;
        return Contains(first.Namespaces, later.Namespaces)
            && (first.Resources.Count == 0 || (later.Resources.Count > 0 && later.Resources.All(l => first.Resources.Any(f => Covers(f, l)))));
    }

    static bool Covers(AuditPolicyResources first, AuditPolicyResources later) =>
        (first.Group == "*" || first.Group == later.Group) && Contains(first.ResourceNames, later.ResourceNames)
        && (first.Resources.Count == 0 || (later.Resources.Count > 0 && later.Resources.All(r => first.Resources.Contains("*") || first.Resources.Contains(r))));

    static bool Contains(IReadOnlyList<string> first, IReadOnlyList<string> later) => first.Count == 0 || (later.Count > 0 && later.All(first.Contains));
}
