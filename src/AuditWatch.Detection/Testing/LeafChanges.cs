using System.Globalization;
using System.Text.Json.Nodes;
using AuditWatch.Detection.Policy;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Testing;

/// <summary>What can be changed of an event so that a question about it may be answered otherwise; only what Kubernetes could have been asked.</summary>
static class LeafChanges
{
    const int MostValues = 12;

    static readonly string[] Addresses = ["203.0.113.50", "10.20.7.44", "127.0.0.1"];

    public static IEnumerable<JsonObject> Of(Criterion leaf, JsonObject e, Func<string, IReadOnlyList<string>> list)
    {
        if (leaf is not FieldTest test) return [];
        var target = e["objectRef"] as JsonObject;
        var (resource, sub, verb) = (Text(target, "resource") ?? "", Text(target, "subresource") ?? "", e["verb"]?.ToString() ?? "");
        return test.Field switch
        {
            "verb" or "aw.is_create" or "aw.is_write" => Verbs(resource, sub, verb),
            "objectRef.resource" => Resources(test, list, Text(target, "apiGroup") ?? "", resource),
            "objectRef.apiGroup" => Values(test, list).Append("example.com").Select(v => new JsonObject { [test.Field] = v.Length == 0 ? null : v }),
            "objectRef.subresource" => Subresources(test, list, resource, sub, verb),
            "objectRef.name" => Values(test, list).Append("something-else").Select(v => new JsonObject { [test.Field] = v }),
            "objectRef.namespace" => Values(test, list).Append("shop").Append(null).Select(v => new JsonObject { [test.Field] = v }),
            "user.username" or "aw.real_user" => Values(test, list).Select(Caller),
            "aw.client_ip.scope" => Addresses.Select(a => new JsonObject { ["sourceIPs"] = new JsonArray(a) }),
            "aw.ua.product" => Values(test, list).Append("rollout").Select(p => new JsonObject { ["userAgent"] = p + "/1.4" }),
            "responseStatus.code" => Numbers(test).Append(200).Append(403).Append(404).Select(n => new JsonObject { [test.Field] = n }),
            // Not to be set by themselves: what a URI says of the object, and what is no plain value.
            "requestURI" or "user.extra" or "user.groups" => [],
            _ when test.Field.StartsWith("aw.", StringComparison.Ordinal) || test.Field == "." => [],
            _ => [.. Values(test, list).Append("something-else").Select(v => new JsonObject { [test.Field] = v }), new JsonObject { [test.Field] = null }, .. Booleans(test)],
        };
    }

    static IEnumerable<JsonObject> Verbs(string resource, string sub, string verb) =>
        from other in KubernetesResources.VerbsOf(resource, sub)
        where other != verb
        select Asked(other);

    // A list or a collection has no name; what only reads, and what deletes, brings no object.
    static JsonObject Asked(string verb)
    {
        var change = new JsonObject { ["verb"] = verb, ["responseStatus.code"] = verb == "create" ? 201 : 200 };
        if (verb is "get" or "list" or "watch" or "delete" or "deletecollection") change["requestObject"] = null;
        if (verb is "list" or "watch" or "deletecollection") change["objectRef.name"] = null;
        return change;
    }

    static IEnumerable<JsonObject> Resources(FieldTest test, Func<string, IReadOnlyList<string>> list, string group, string resource)
    {
        var siblings = KubernetesResources.All.Where(r => r.Group == group && r.Name != resource).Select(r => r.Name);
        foreach (var name in Values(test, list).Where(v => v != resource).Concat(siblings).Append("widgets"))
        {
            var groups = KubernetesResources.GroupsOf(name);
            var change = new JsonObject { ["objectRef.resource"] = name };
            if (groups.Count > 0 && !groups.Contains(group)) change["objectRef.apiGroup"] = groups[0].Length == 0 ? null : groups[0];
            yield return change;
            if (name != "widgets") continue;
            // What somebody's own kind is called and looks like is for him to say.
            yield return new JsonObject { ["objectRef.resource"] = name, ["objectRef.apiGroup"] = "example.com" };
        }
    }

    static IEnumerable<JsonObject> Subresources(FieldTest test, Func<string, IReadOnlyList<string>> list, string resource, string sub, string verb)
    {
        var some = KubernetesResources.Named(resource).SelectMany(r => r.Subresources).Concat(Values(test, list)).Append("status").Distinct().Where(s => s != sub).ToList();
        if (sub.Length > 0) yield return new JsonObject { ["objectRef.subresource"] = null };
        foreach (var one in some)
        {
            var verbs = KubernetesResources.VerbsOf(resource, one);
            foreach (var allowed in verbs.Contains(verb) ? [verb] : verbs)
            {
                var change = new JsonObject { ["objectRef.subresource"] = one };
                if (allowed != verb) (change["verb"], change["responseStatus.code"]) = (allowed, 200);
                yield return change;
            }
        }
    }

    /// <summary>Somebody of a name, with the groups that go with it.</summary>
    static JsonObject Caller(string name)
    {
        string[] groups = name.Split(':') switch
        {
            ["system", "serviceaccount", var ns, _] => ["system:serviceaccounts", "system:serviceaccounts:" + ns, "system:authenticated"],
            ["system", "node", ..] => ["system:nodes", "system:authenticated"],
            ["system", "anonymous"] => ["system:unauthenticated"],
            ["system", "apiserver"] => ["system:masters", "system:authenticated"],
            _ => ["system:authenticated"],
        };
        return new JsonObject { ["user"] = new JsonObject { ["username"] = name, ["groups"] = new JsonArray([.. groups.Select(g => JsonValue.Create(g))]) } };
    }

    // Values that the question would take; what stars stand for is left out, or one letter where it must be something.
    static IEnumerable<string> Values(FieldTest test, Func<string, IReadOnlyList<string>> list)
    {
        if (test.Modifiers.Contains("re") || test.Modifiers.Contains("exists") || test.Modifiers.Contains("fieldref")) return [];
        var written = test.Values.Where(v => v.Kind is SigmaScalarKind.Text).Select(v => v.Text);
        if (test.Modifiers.Contains("expand")) written = written.SelectMany(v => v is ['%', .., '%'] ? list(v[1..^1]) : [v]);
        return written.Take(MostValues).Select(v => v == "*" ? "x" : v.Replace(@"\*", "\0", StringComparison.Ordinal).Replace("*", "", StringComparison.Ordinal).Replace('\0', '*'))
            .Select(v => test.Modifiers.Contains("startswith") ? v + "x" : test.Modifiers.Contains("endswith") ? "x" + v : v);
    }

    static IEnumerable<int> Numbers(FieldTest test) =>
        test.Values.Where(v => v.Kind == SigmaScalarKind.Number).Select(v => int.TryParse(v.Text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var n) ? n : 0);

    static IEnumerable<JsonObject> Booleans(FieldTest test) =>
        test.Values.Any(v => v.Kind == SigmaScalarKind.Boolean) ? [new JsonObject { [test.Field] = true }, new JsonObject { [test.Field] = false }] : [];

    static string? Text(JsonObject? owner, string key) => owner?[key] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
