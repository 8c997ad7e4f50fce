using AuditWatch.Detection.EventLayer;

namespace AuditWatch.Detection.Reasoning;

/// <summary>Which dossiers a sighting belongs to, and in which ones it may look for what came before it.</summary>
static class Entities
{
    /// <summary>Stands for whoever it may have been, where the log does not say whom a request is about.</summary>
    public const string Anybody = "*";

    /// <summary>
    /// The dossiers it is filed in. Who is given rights or a token is what matters later, not who gave them: a binding is filed under its subjects, an issued
    /// token under the issued credential.
    /// </summary>
    public static IEnumerable<string> FiledUnder(EntityKind kind, Sighting s) => kind switch
    {
        EntityKind.Actor or EntityKind.Account when s.Subjects.Count > 0 => s.Subjects,
        // A binding, a certificate, a role that was not recorded: of whom it is the log does not say.
        EntityKind.Actor when s.BlindRule is not null && s.Event.Resource is "rolebindings" or "clusterrolebindings" or "certificatesigningrequests" => [Anybody],
        EntityKind.Account or EntityKind.Role when s.BlindRule is not null => [Anybody],
        EntityKind.Credential when s.Event.IssuedCredentialId is { } issued => [issued],
        EntityKind.Actor => Some(s.Actor, s.Event.Impersonated ? s.Event.User : null),
        _ => LooksIn(kind, s),
    };

    /// <summary>The dossiers in which a sighting's own past lies.</summary>
    public static IEnumerable<string> LooksIn(EntityKind kind, Sighting s) => kind switch
    {
        EntityKind.Actor => s.ActorKeys,
        EntityKind.Credential => Some(s.Credential),
        EntityKind.Address => Some(s.Ip),
        EntityKind.Principal => Some(s.Event.User),
        EntityKind.Pod => Pods(s),
        EntityKind.Workload => Some(IsWorkload(s.Event.Resource) ? s.Known.Root?.Key : null),
        EntityKind.Role => Some(s.Known.Role?.Key),
        EntityKind.Account => Some([s.Known.RunsAs, .. s.Subjects]),
        EntityKind.Cluster => Some(s.Event.Cluster),
        EntityKind.Object => s.Event is { Resource: { Length: > 0 } resource, Name: { Length: > 0 } name } ? [$"{s.Event.ApiGroup}/{resource}/{s.Event.Namespace}/{name}"] : [],
        EntityKind.Namespace => Some(s.Event.Namespace ?? (s.Event.Resource == "namespaces" ? s.Event.Name : null)),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    // The pod it is about, and the pod whose token it came with.
    static IEnumerable<string> Pods(Sighting s)
    {
        if (s.Event is { Resource: "pods", Name: { Length: > 0 } name }) yield return $"{s.Event.Namespace}/{name}";
        if (s.Event is { CallerPod: { Length: > 0 } caller, User: { } user } && ServiceAccountName.NamespaceOf(user) is { } ns) yield return $"{ns}/{caller}";
    }

    static bool IsWorkload(string? resource) => resource is "pods" or "deployments" or "daemonsets" or "statefulsets" or "replicasets" or "replicationcontrollers" or "jobs" or "cronjobs";

    static IEnumerable<string> Some(params string?[] keys) => keys.Where(k => !string.IsNullOrEmpty(k)).Select(k => k!);
}
