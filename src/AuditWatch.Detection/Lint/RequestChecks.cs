using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Lint;

/// <summary>What a request is and how it ended: level, decision, verbs that are missing, dry runs, addresses.</summary>
static class RequestChecks
{
    static readonly string[] Streams = ["exec", "attach", "portforward"];
    static readonly string[] Untouched = ["exec", "attach", "portforward", "proxy", "log"];
    static readonly HashSet<string> Writing = new(StringComparer.OrdinalIgnoreCase) { "create", "update", "patch", "delete", "deletecollection" };

    public static void Check(LintedRule rule)
    {
        foreach (var use in rule.Uses)
        {
            if (use.Path is "level" or "aw.audit_level")
                rule.Warn(LintCodes.LevelPinned, use.Test.Place, "The level is the audit policy's choice, not the attacker's: under another policy the rule is silent.", "Leave it out; where a body is missing the rule is unknown by itself.");
            if (use.Path == "sourceIPs")
                rule.Warn(LintCodes.ClaimedAddress, use.Test.Place, "All but the last of sourceIPs is what the client claims in X-Forwarded-For.", "Ask 'aw.client_ip' (or 'aw.client_ip.scope'); for everything claimed, 'aw.source_ips_all'.");
        }

        Decision(rule);
        Verbs(rule);
        if (ChangesObjects(rule) && !rule.Reads("aw.dry_run") && !rule.Uses.Any(u => u.Path == "requestURI" && u.Test.Values.Any(v => v.Text.Contains("dryRun", StringComparison.Ordinal))))
            rule.Warn(LintCodes.DryRun, rule.Start, "A dry run changes nothing, and fires all the same.", "Add 'dry_run: {aw.dry_run: true}' and 'and not dry_run'.");
        Unauthenticated(rule);
    }

    static void Decision(LintedRule rule)
    {
        var allow = rule.Uses.FirstOrDefault(u => u.Path is "aw.decision" or "annotations.authorization.k8s.io/decision" && u.Literals is ["allow"] && rule.Wants(u.Selection));
        if (allow is not null && !rule.Reads("aw.outcome", "responseStatus.code", "responseStatus.status", "responseStatus.reason", "aw.is_create"))
            rule.Warn(LintCodes.DecisionAsSuccess, allow.Test.Place, "Allowed is not done: admission, quotas and RBAC's own checks refuse allowed requests (403 with decision allow).", "Add 'aw.outcome: success'.");
    }

    static void Verbs(LintedRule rule)
    {
        var verbs = rule.Possible("verb");
        if (verbs is null) return;
        var asked = rule.Uses.First(u => u.Path == "verb");
        var place = asked.Test.Place;
        var subresources = rule.Possible("objectRef.subresource");
        var resources = rule.Possible("objectRef.resource");
        if (subresources is { Count: > 0 } && subresources.All(s => Streams.Contains(s, StringComparer.OrdinalIgnoreCase)) && verbs.Contains("create") && !verbs.Contains("get"))
            rule.Warn(LintCodes.CreateOnlyStream, place, "Clients of today (kubectl from 1.30 on) open it over WebSockets: the verb is then get.", "Write 'verb: [get, create]', or leave the verb out.",
                Beside(asked, "create", "get"));
        if (resources is null || subresources is not null || resources.All(r => r.EndsWith("reviews", StringComparison.OrdinalIgnoreCase))) return;
        if (verbs.Contains("delete") && !verbs.Contains("deletecollection") && !resources.All(r => r == "namespaces") && !NamesObject(rule))
            rule.Warn(LintCodes.BulkDeleteMissed, place, "Whoever deletes many at once uses deletecollection.", "Add 'deletecollection' to the verbs.", Beside(asked, "delete", "deletecollection"));
        if (verbs.Count == 1 && verbs.Contains("create") && CanSucceed(rule))
            rule.Warn(LintCodes.CreateOnly, place, "Server-side apply creates by patch, and an object that exists already can be changed to the same end.",
                resources.Any(r => r.Contains("role", StringComparison.Ordinal)) ? "Write 'verb: [create, update, patch]'." : "Write 'verb: [create, update, patch]', or 'aw.is_create: true' if only new objects matter.");
    }

    // Only where the verb is written out: a pattern or a modifier may mean it otherwise.
    static Repair? Beside(FieldUse use, string verb, string missing) =>
        use.Literals is not null && use.Test.Values.FirstOrDefault(v => v.Text.Equals(verb, StringComparison.OrdinalIgnoreCase)) is { } value
            ? new Repair(RepairKind.AnotherValue, value.Place.Line, value.Place.Column, missing) : null;

    static bool NamesObject(LintedRule rule) => rule.Uses.Any(u => u.Path is "objectRef.name" or "aw.name" && rule.Wants(u.Selection));

    static bool CanSucceed(LintedRule rule) => (rule.Possible("aw.outcome") is not { } outcomes || outcomes.Contains("success")) && !Refuses(rule);

    // Asks for codes from 400 on only.
    static bool Refuses(LintedRule rule) => rule.Possible("responseStatus.code") is { Count: > 0 } codes && codes.All(c => c.Length == 3 && c[0] is '4' or '5');

    static bool ChangesObjects(LintedRule rule)
    {
        var verbs = rule.Possible("verb");
        var isWrite = verbs is { Count: > 0 } ? verbs.All(Writing.Contains) : rule.Uses.Any(u => u.Path is "aw.is_create" or "aw.is_write" && u.Literals is ["true"] && rule.Wants(u.Selection));
        if (!isWrite || !CanSucceed(rule)) return false;
        if (rule.Possible("objectRef.subresource") is { } subresources && subresources.All(s => Untouched.Contains(s, StringComparer.OrdinalIgnoreCase))) return false;
        return rule.Possible("objectRef.resource") is not { } resources || !resources.All(r => r.EndsWith("reviews", StringComparison.OrdinalIgnoreCase));
    }

    static void Unauthenticated(LintedRule rule)
    {
        foreach (var term in rule.Terms)
        {
            var uses = rule.Uses.Where(u => term.Wanted.Contains(u.Selection) && !u.IsChoice).ToArray();
            var anonymous = uses.FirstOrDefault(u => u.Path is "user.username" or "aw.real_user" && u.Literals is ["system:anonymous"]);
            if (anonymous is null || !uses.Any(u => u.Path == "responseStatus.code" && u.Literals is ["401"])) continue;
            rule.Error(LintCodes.UnauthenticatedAsAnonymous, anonymous.Test.Place, "A request that failed to authenticate (401) has no user at all; system:anonymous is somebody who sent no credential and was let in.",
                "Write 'user.username: null' beside the code, or ask for system:anonymous without it.");
            return;
        }
    }
}
