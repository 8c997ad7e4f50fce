using AuditWatch.Detection.Explain;
using AuditWatch.Detection.Lint;
using AuditWatch.Detection.Rules;
using AuditWatch.Sigma.Evaluation;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Policy;

/// <summary>Divides all requests that a rule could hold on into classes that a policy and the rule treat alike.</summary>
sealed class RequestClasses
{
    static readonly string[] HttpMethods = ["get", "post", "put", "patch", "delete", "head", "options"];
    static readonly string[] AboutCallers = ["user.", "aw.real_user", "aw.effective", "aw.is_service", "aw.is_node", "aw.sa.", "aw.node_name", "aw.impersonated", "impersonatedUser"];

    readonly AuditPolicy _policy;
    readonly EventRule _rule;
    readonly IReadOnlyList<FieldUse> _uses;
    readonly IListSource _lists;
    readonly bool _readsCaller, _readsNamespace, _readsName;

    public RequestClasses(AuditPolicy policy, EventRule rule, IReadOnlyList<SigmaFilter> filters, IListSource lists)
    {
        (_policy, _rule, _lists) = (policy, rule, lists);
        _uses = [.. ((SigmaRule)rule.Compiled.Source).Detection.Selections.Concat(filters.SelectMany(f => f.Detection.Selections)).SelectMany(FieldUse.In)];
        _readsCaller = Reads(AboutCallers);
        _readsNamespace = Reads("objectRef.namespace", "aw.list_scope");
        _readsName = Reads("objectRef.name", "aw.name");
    }

    public IEnumerable<RequestClass> All()
    {
        var callers = Caller.Of(_policy);
        var verbs = _rule.Compiled.PossibleValues("verb");
        return Resources().SelectMany(r => OfResource(r.Group, r.Resource, r.Subresource, verbs, callers)).Concat(Others(verbs, callers));
    }

    IEnumerable<RequestClass> OfResource(string api, string resource, string subresource, IReadOnlySet<string>? verbs, IReadOnlyList<Caller> callers)
    {
        var known = KubernetesResources.Named(resource).FirstOrDefault(r => r.Group == api);
        return KubernetesResources.VerbsOf(resource, subresource).Where(v => verbs?.Contains(v) != false).SelectMany(verb => Merged(
            from name in Names(verb, subresource)
            from ns in Namespaces(verb, known, resource)
            from caller in callers
            select new RequestClass(
                new AuditedRequest { User = caller.User, Groups = caller.Groups, Verb = verb, Group = api, Resource = resource, Subresource = subresource, Namespace = ns.Item1, Name = name.Item1, Path = "/x" },
                caller, name.Item2, ns.Item2, anyPath: true)));
    }

    IEnumerable<RequestClass> Others(IReadOnlySet<string>? verbs, IReadOnlyList<Caller> callers)
    {
        if (_rule.Compiled.PossibleValues("objectRef.resource") is not null) return [];
        var paths = _policy.Rules.SelectMany(r => r.NonResourceUrls).Where(u => u != "*").Select(u => (Path: u.TrimEnd('*'), Any: false)).Distinct().Append((Path: "/other", Any: true)).ToList();
        return HttpMethods.Where(m => verbs?.Contains(m) != false).SelectMany(method => paths.SelectMany(path => Merged(callers.Select(caller =>
            new RequestClass(new AuditedRequest { User = caller.User, Groups = caller.Groups, Verb = method, IsResource = false, Path = path.Path }, caller, anyName: true, anyNamespace: true, path.Any)))));
    }

    // What the rule does not ask about, and the policy decides alike, is one class.
    IEnumerable<RequestClass> Merged(IEnumerable<RequestClass> classes) => classes
        .GroupBy(c => (_policy.Decide(c.Request).Rule, _readsCaller ? c.Caller : null, c.Caller.User is null, _readsNamespace ? c.Request.Namespace : null, _readsName ? c.Request.Name : null))
        .Select(g => new RequestClass(g.First().Request, g.First().Caller, g.Any(c => c.AnyName), g.Any(c => c.AnyNamespace), g.First().AnyPath, [.. g.SelectMany(c => c.Callers).Distinct()]));

    IEnumerable<(string Group, string Resource, string Subresource)> Resources()
    {
        var subresources = _rule.Compiled.PossibleValues("objectRef.subresource");
        if (_rule.Compiled.PossibleValues("objectRef.resource") is { } wanted)
            return wanted.Where(w => w.Length > 0).SelectMany(r => Groups(r).SelectMany(g => Subresources(g, r).Where(s => subresources?.Contains(s) != false).Select(s => (g, r, s)))).Distinct();
        var named = _policy.Rules.SelectMany(r => r.Resources).SelectMany(g => g.Resources.Where(r => !r.Contains('*', StringComparison.Ordinal)).Select(r => (Group: g.Group == "*" ? "example.com" : g.Group, Resource: r.Split('/')[0], Sub: r.Contains('/', StringComparison.Ordinal) ? r.Split('/')[1] : "")));
        var groups = _policy.Rules.SelectMany(r => r.Resources).Where(r => r.Resources.Count == 0 && r.Group != "*").Select(g => (g.Group, Resource: "others", Sub: ""));
        var all = KubernetesResources.All.SelectMany(r => r.Subresources.Prepend("").Select(s => (r.Group, Resource: r.Name, Sub: s))).Concat(named).Concat(groups).Append(("example.com", "others", ""))
            .Distinct().Where(r => subresources?.Contains(r.Item3) != false).ToList();
        var asked = _uses.Where(u => u.Path is "objectRef.resource" or "objectRef.subresource" or "objectRef.apiGroup").ToList();
        if (asked.Any(u => u.Literals is null)) return all;
        var spoken = asked.SelectMany(u => u.Literals!).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var readsBody = _rule.Compiled.Fields.Any(BodyFields.IsInBody);
        return all.DistinctBy(r => (
            Mask(rule => OfResource(rule, r.Item1, r.Item2, r.Item3)), string.Join(',', KubernetesResources.VerbsOf(r.Item2, r.Item3)), KubernetesResources.Named(r.Item2) is [var known, ..] && known.IsNamespaced,
            readsBody || spoken.Contains(r.Item2) || spoken.Contains(r.Item3) || spoken.Contains(r.Item1) ? r : default));
    }

    IEnumerable<string> Groups(string resource)
    {
        if (_rule.Compiled.PossibleValues("objectRef.apiGroup") is { } wanted) return wanted;
        var known = KubernetesResources.GroupsOf(resource);
        if (known.Count > 0) return known;
        var named = _policy.Rules.SelectMany(r => r.Resources).Where(g => g.Group != "*" && g.Resources.Any(r => r.Split('/')[0] == resource)).Select(g => g.Group).Distinct().ToList();
        return named.Count > 0 ? named : ["example.com"];
    }

    static IEnumerable<string> Subresources(string group, string resource) =>
        KubernetesResources.Named(resource).FirstOrDefault(r => r.Group == group) is { } known ? known.Subresources.Prepend("") : ["", "status", "scale"];

    bool Reads(params string[] fields) => _rule.Compiled.Fields.Any(f => fields.Any(a => f.StartsWith(a, StringComparison.Ordinal)));

    // Names and namespaces matter one by one only to a policy that names some.
    IEnumerable<(string, bool)> Names(string verb, string subresource)
    {
        if (verb is "list" or "watch" or "deletecollection") return [("", false)];
        // The policy is asked before the name is known; the event carries it.
        if (verb == "create" && subresource.Length == 0) return [("", true)];
        return _policy.Rules.SelectMany(r => r.Resources).SelectMany(r => r.ResourceNames).Distinct().Select(n => (n, false)).Append(("x", true));
    }

    IEnumerable<(string, bool)> Namespaces(string verb, KubernetesResource? known, string resource)
    {
        var isScoped = known?.IsNamespaced ?? true;
        if (isScoped || resource == "namespaces")
            foreach (var ns in _policy.Rules.SelectMany(r => r.Namespaces).Where(n => n.Length > 0).Distinct().Select(n => (n, false)).Append(("x", true))) yield return ns;
        if (!isScoped || verb is "list" or "watch") yield return ("", false);
    }

    /// <summary>Texts that the rule compares a field with as a whole, entries of lists among them.</summary>
    public IEnumerable<string> Texts(FieldTest test) => test.Values.SelectMany(v =>
        test.Modifiers.Contains("expand") && v.Text.Length > 2 && v.Text[0] == '%' && _lists.Find(v.Text.Trim('%')) is { } entries ? entries : [v.Text]);

    ulong Mask(Func<AuditPolicyRule, bool> matches)
    {
        ulong mask = 14695981039346656037;
        foreach (var rule in _policy.Rules) mask = (mask ^ (matches(rule) ? 1UL : 2UL)) * 1099511628211;
        return mask;
    }

    static bool OfResource(AuditPolicyRule rule, string group, string resource, string subresource)
    {
        var request = new AuditedRequest { Verb = "", Group = group, Resource = resource, Subresource = subresource };
        return rule.Resources.Count == 0 ? rule.NonResourceUrls.Count == 0 : rule.Resources.Any(r => (r with { ResourceNames = [] }).Matches(request));
    }
}
