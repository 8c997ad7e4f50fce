using AuditWatch.Detection.EventLayer;

namespace AuditWatch.Detection.Reasoning;

/// <summary>Which dossiers a sighting belongs to, and in which ones it may look for what came before it.</summary>
static class Entities
{
    /// <summary>
    /// The dossiers it is filed in. Who is given rights or a token is what matters later, not who gave them: a binding is filed under its subjects, an issued
    /// token under the issued credential.
    /// </summary>
    public static IEnumerable<string> FiledUnder(EntityKind kind, Sighting s) => kind switch
    {
        EntityKind.Actor when s.Subjects.Count > 0 => s.Subjects,
        EntityKind.Credential when s.Event.IssuedCredentialId is { } issued => [issued],
        EntityKind.Actor => Some(s.Actor, s.Event.Impersonated ? s.Event.User : null),
        _ => LooksIn(kind, s),
    };

    /// <summary>The dossiers in which a sighting's own past lies.</summary>
    public static IEnumerable<string> LooksIn(EntityKind kind, Sighting s) => kind switch
    {
        EntityKind.Actor => Actors(s),
        EntityKind.Credential => Some(s.Credential),
        EntityKind.Address => Some(s.Ip),
        EntityKind.Pod => s.Event is { Resource: "pods", Name: { Length: > 0 } name } ? [$"{s.Event.Namespace}/{name}"] : [],
        EntityKind.Object => s.Event is { Resource: { Length: > 0 } resource, Name: { Length: > 0 } name } ? [$"{s.Event.ApiGroup}/{resource}/{s.Event.Namespace}/{name}"] : [],
        EntityKind.Namespace => Some(s.Event.Namespace),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    static IEnumerable<string> Actors(Sighting s)
    {
        if (s.Actor.Length > 0) yield return s.Actor;
        foreach (var group in s.Event.Groups) yield return BindingSubjects.GroupPrefix + group;
    }

    static IEnumerable<string> Some(params string?[] keys) => keys.Where(k => !string.IsNullOrEmpty(k)).Select(k => k!);
}
