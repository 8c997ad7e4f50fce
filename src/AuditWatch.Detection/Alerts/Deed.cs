using System.Globalization;
using AuditWatch.Detection.EventLayer;

namespace AuditWatch.Detection.Alerts;

/// <summary>What a request is in words: done ("opened a shell in"), asked ("open a shell in"), and its target ("Pod prod/web-1").</summary>
readonly record struct Deed(string Done, string Asked, string Target)
{
    public static Deed Of(EventFacts e)
    {
        if (e.Resource is not { Length: > 0 } resource) return new(Past(e.Verb), Plain(e.Verb), SafeText.Of(e.Path.Length > 0 ? e.Path : "an unnamed path"));
        var target = TargetOf(e, resource);
        return (resource, e.Subresource) switch
        {
            ("pods", "exec") => new("opened a shell in", "open a shell in", target),
            ("pods", "attach") => new("attached to", "attach to", target),
            ("pods", "portforward") => new("forwarded a port of", "forward a port of", target),
            ("pods", "ephemeralcontainers") => new("put a debug container into", "put a debug container into", target),
            ("pods", "log") => new("read the log of", "read the log of", target),
            ("pods", "eviction") => new("evicted", "evict", target),
            ("pods" or "services" or "nodes", "proxy") => new("went through the proxy of", "go through the proxy of", target),
            ("serviceaccounts", "token") => new("minted a token for", "mint a token for", target),
            ("certificatesigningrequests", "approval") => new("changed the approval of", "change the approval of", target),
            (_, "status") => new($"{Past(e.Verb)} the status of", $"{Plain(e.Verb)} the status of", target),
            (_, "scale") => new($"{Past(e.Verb)} the scale of", $"{Plain(e.Verb)} the scale of", target),
            (_, null or "") => new(Past(e.Verb), Plain(e.Verb), target),
            (_, var part) => new($"{Past(e.Verb)} {SafeText.Of(part)} of", $"{Plain(e.Verb)} {SafeText.Of(part)} of", target),
        };
    }

    static string TargetOf(EventFacts e, string resource)
    {
        var scope = e.Namespace is { Length: > 0 } ns ? SafeText.Of(ns) : null;
        if (e.Name is { Length: > 0 } name) return $"{Kind(resource)} {(scope is null ? "" : scope + "/")}{SafeText.Of(name)}";
        var all = SafeText.Of(resource);
        var several = e.Verb is "list" or "watch" or "deletecollection";
        if (scope is not null) return several ? $"{all} in namespace {scope}" : $"{Kind(resource)} in namespace {scope}";
        return several ? $"{all} of the whole cluster" : Kind(resource);
    }

    // The kinds people meet most; of the others the resource's own word is better than a guess at its kind.
    static string Kind(string resource) => resource switch
    {
        "pods" => "Pod",
        "secrets" => "Secret",
        "configmaps" => "ConfigMap",
        "services" => "Service",
        "nodes" => "Node",
        "namespaces" => "Namespace",
        "serviceaccounts" => "ServiceAccount",
        "deployments" => "Deployment",
        "daemonsets" => "DaemonSet",
        "statefulsets" => "StatefulSet",
        "replicasets" => "ReplicaSet",
        "jobs" => "Job",
        "cronjobs" => "CronJob",
        "roles" => "Role",
        "clusterroles" => "ClusterRole",
        "rolebindings" => "RoleBinding",
        "clusterrolebindings" => "ClusterRoleBinding",
        "certificatesigningrequests" => "CertificateSigningRequest",
        "mutatingwebhookconfigurations" => "MutatingWebhookConfiguration",
        "validatingwebhookconfigurations" => "ValidatingWebhookConfiguration",
        "networkpolicies" => "NetworkPolicy",
        "persistentvolumes" => "PersistentVolume",
        "persistentvolumeclaims" => "PersistentVolumeClaim",
        "events" => "Event",
        "endpoints" => "Endpoints",
        "ingresses" => "Ingress",
        _ => SafeText.Of(resource),
    };

    static string Past(string verb) => verb switch
    {
        "get" => "read",
        "list" => "listed",
        "watch" => "watched",
        "create" => "created",
        "update" => "replaced",
        "patch" => "changed",
        "delete" => "deleted",
        "deletecollection" => "deleted all",
        "post" => "posted to",
        "put" => "put to",
        "head" => "looked at",
        "options" => "asked for the options of",
        "" => "sent a request to",
        _ => string.Create(CultureInfo.InvariantCulture, $"did {SafeText.Of(verb)} on"),
    };

    static string Plain(string verb) => verb switch
    {
        "get" => "read",
        "deletecollection" => "delete all",
        "update" => "replace",
        "patch" => "change",
        "post" => "post to",
        "put" => "put to",
        "head" => "look at",
        "options" => "ask for the options of",
        "" => "send a request to",
        "list" or "watch" or "create" or "delete" => verb,
        _ => string.Create(CultureInfo.InvariantCulture, $"do {SafeText.Of(verb)} on"),
    };
}
