namespace AuditWatch.Detection.Policy;

/// <summary>Who asks, as far as a policy tells callers apart.</summary>
/// <param name="Label">In words.</param>
/// <param name="User">The name, or one of those meant; null after a failed authentication.</param>
/// <param name="Groups">The groups.</param>
/// <param name="Prefix">What all names meant begin with; null when only this one is meant.</param>
/// <param name="Impersonates">Whether the request acts as somebody else, whoever that is.</param>
sealed record Caller(string Label, string? User, IReadOnlyList<string> Groups, string? Prefix, bool Impersonates = false)
{
    const string ServiceAccount = "system:serviceaccount:", Node = "system:node:", Everyone = "system:authenticated";

    /// <summary>Whoever it is: for policies that ask for no user and no group.</summary>
    public static readonly Caller Anybody = new("anybody", "somebody", [Everyone], "");

    static readonly Caller FailedLogin = new("failed logins", null, [], null);

    /// <summary>The kinds of callers there are, and those that a policy names.</summary>
    public static IReadOnlyList<Caller> Of(AuditPolicy policy)
    {
        if (policy.Rules.All(r => r.Users.Count == 0 && r.UserGroups.Count == 0)) return [Anybody, FailedLogin];
        var callers = new List<Caller>
        {
            new("people", "somebody", [Everyone], ""),
            new("people who impersonate", "somebody", [Everyone], "", Impersonates: true),
            new("service accounts", ServiceAccount + "apps:worker", ["system:serviceaccounts", "system:serviceaccounts:apps", Everyone], ServiceAccount),
            new("nodes", Node + "node-1", ["system:nodes", Everyone], Node),
            new("components", "system:component", [Everyone], "system:"),
            new("system:anonymous", "system:anonymous", ["system:unauthenticated"], null),
            FailedLogin,
        };
        foreach (var user in policy.Rules.SelectMany(r => r.Users).Distinct(StringComparer.Ordinal).Where(u => u != "system:anonymous")) callers.Add(new(user, user, GroupsOf(user), null));
        foreach (var group in policy.Rules.SelectMany(r => r.UserGroups).Distinct(StringComparer.Ordinal))
        {
            if (group is "system:serviceaccounts" or "system:nodes" or Everyone or "system:unauthenticated") continue;
            callers.Add(group.StartsWith("system:serviceaccounts:", StringComparison.Ordinal)
                ? new("group " + group, ServiceAccount + group["system:serviceaccounts:".Length..] + ":worker", ["system:serviceaccounts", group, Everyone], ServiceAccount + group["system:serviceaccounts:".Length..] + ":")
                : new("group " + group, "somebody", [group, Everyone], ""));
        }

        return callers;
    }

    /// <summary>Whether one of the callers meant could have a name that begins (or is) so.</summary>
    public bool CouldBe(string text, bool isWhole, IReadOnlySet<string> named)
    {
        if (this == Anybody) return true;
        if (Prefix is null || User is null) return false;
        if (isWhole) return !named.Contains(text) && text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && KindOf(text) == KindOf(Prefix);
        return text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? KindOf(text) == KindOf(Prefix) || text.Length == 0 || "system:".StartsWith(text, StringComparison.OrdinalIgnoreCase)
            : Prefix.StartsWith(text, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Whether the names of all callers meant begin so.</summary>
    public bool MustBegin(string text) => this != Anybody && Prefix is not null && Prefix.StartsWith(text, StringComparison.OrdinalIgnoreCase);

    static string KindOf(string name) => name.StartsWith(ServiceAccount, StringComparison.OrdinalIgnoreCase) ? "s" : name.StartsWith(Node, StringComparison.OrdinalIgnoreCase) ? "n" : name.StartsWith("system:", StringComparison.OrdinalIgnoreCase) ? "c" : "p";

    static string[] GroupsOf(string user)
    {
        if (user.StartsWith(Node, StringComparison.Ordinal)) return ["system:nodes", Everyone];
        if (!user.StartsWith(ServiceAccount, StringComparison.Ordinal)) return [Everyone];
        return ["system:serviceaccounts", "system:serviceaccounts:" + user.Split(':')[2], Everyone];
    }
}
