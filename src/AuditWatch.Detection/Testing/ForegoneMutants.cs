using System.Text.Json.Nodes;
using AuditWatch.Detection.Policy;
using AuditWatch.Detection.Rules;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Evaluation;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Testing;

/// <summary>
/// Mutants that no request could tell from their rule, because Kubernetes answers before: only some resources have a pod template, rules or subjects (<c>aw.pod</c>, <c>aw.role</c>, …), and only create, update and patch
/// bring an object. The leaf is there all the same: by resource and verb the engine knows which rules to ask. Each is proven: on every resource (or verb) that the leaf refuses, the rule and the mutant say the same,
/// whatever the rest of the event may be.
/// </summary>
static class ForegoneMutants
{
    static readonly string[] Verbs = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];
    static readonly string[] Resources = [.. KubernetesResources.All.Select(r => r.Name).Append("widgets").Distinct()];
    static readonly string[] DeleteOptions = ["propagationPolicy", "gracePeriodSeconds", "dryRun", "preconditions", "orphanDependents"];

    static readonly Dictionary<string, string[]> Parts = new(StringComparer.Ordinal)
    {
        ["aw.pod"] = ["pods", "deployments", "daemonsets", "statefulsets", "replicasets", "replicationcontrollers", "jobs", "cronjobs", "podtemplates", "rollouts", "deploymentconfigs"],
        ["aw.role"] = ["roles", "clusterroles"],
        ["aw.binding"] = ["rolebindings", "clusterrolebindings"],
        ["aw.csr"] = ["certificatesigningrequests"],
    };

    /// <summary>Whether it is one; any event of the rule's cases serves to ask what a resource or verb settles.</summary>
    public static bool Is(CutRule cut, CutMutant mutant, JsonObject any, SymbolTable symbols)
    {
        if (!mutant.TakenFor || mutant.Changed >= 0 || mutant.Leaf is not FieldTest { Field: var field }) return false;
        var probes = field switch
        {
            "objectRef.resource" => Resources.Select(r => (Event: Of(any, "objectRef.resource", r), Settles: (Func<string, bool>)(f => f == "objectRef.resource" || Parts.Any(p => Under(f, p.Key) && !p.Value.Contains(r))))),
            "verb" or "aw.is_write" => Verbs.Select(v => (Event: Of(any, "verb", v), Settles: (Func<string, bool>)(f => f is "verb" or "aw.is_write" || (!Writes(v) && IsOfBody(f, v))))),
            _ => [],
        };
        var (seen, isAsked) = (new CaseEvents(symbols), false);
        foreach (var (e, settles) in probes)
        {
            if (seen.Only(e, new ClusterFacts()) is not { } one) return false;
            var answers = cut.Answers(one, settles);
            if (answers[mutant.Question] != Truth.False) continue;
            isAsked = true;
            if (cut.Verdict(answers) is var verdict && (verdict == Truth.Unknown || cut.Verdict(answers, mutant) != verdict)) return false;
        }

        return isAsked;
    }

    static JsonObject Of(JsonObject any, string path, string value)
    {
        var e = (JsonObject)any.DeepClone();
        EventPatch.Apply(e, path, JsonValue.Create(value));
        if (path == "verb" && !Writes(value)) e.Remove("requestObject");
        EventVariant.Level(e, "RequestResponse");
        return e;
    }

    static bool IsOfBody(string field, string verb) => Parts.Keys.Any(p => Under(field, p))
        || (Under(field, "requestObject") && !(verb.StartsWith("delete", StringComparison.Ordinal) && DeleteOptions.Any(o => Under(field, "requestObject." + o))));

    static bool Under(string field, string prefix) => field.StartsWith(prefix, StringComparison.Ordinal) && (field.Length == prefix.Length || field[prefix.Length] is '.' or '[');

    static bool Writes(string verb) => verb is "create" or "update" or "patch";
}
