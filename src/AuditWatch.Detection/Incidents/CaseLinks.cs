using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Knowledge;
using AuditWatch.Detection.Reasoning;

namespace AuditWatch.Detection.Incidents;

/// <summary>By what a finding hangs together with others: what it looks for in earlier steps, and what it leaves for later ones.</summary>
static class CaseLinks
{
    // Everybody is in these; a grant to them is no path from one actor to another.
    static readonly string[] Everyone = ["group:system:authenticated", "group:system:unauthenticated", "group:system:serviceaccounts"];

    static readonly HashSet<string> Traced = new(StringComparer.Ordinal)
    {
        "pods", "deployments", "daemonsets", "statefulsets", "replicasets", "replicationcontrollers", "jobs", "cronjobs", "certificatesigningrequests",
    };

    public static (IReadOnlyList<CaseLink> Looks, IReadOnlyList<CaseLink> Leaves) Of(Finding finding)
    {
        var looks = new Dictionary<string, CaseLink>(StringComparer.Ordinal);
        var leaves = new Dictionary<string, CaseLink>(StringComparer.Ordinal);
        foreach (var member in finding.Story?.Members ?? [finding.End])
        {
            var e = member.Event;
            Both(new(LinkKind.Request, $"{e.Request.AuditId}/{e.Request.ReceivedMicros}", ""));
            if (member.IsOwned) { /* a controller did it for others: what it shares with its other deeds is no cause */ }
            else if (OfActor(e) is { } actor) Both(actor);
            if (ObjectOf(member) is { } target)
            {
                // What somebody made or changed leads on to who uses it. That two people looked into the same pod, or that a second one repairs it, is no cause.
                if (member.IsOwned || e.Subresource is { Length: > 0 }) Add(looks, new(LinkKind.Object, target.Key, Say(target)));
                if (IsWrite(e)) Add(leaves, new(LinkKind.Object, target.Key, Say(target)));
            }

            if (!member.IsOwned) Look(member);
            Leave(member);
        }

        return ([.. looks.Values], [.. leaves.Values]);

        void Both(CaseLink link) => looks[link.Id] = leaves[link.Id] = link;

        void Look(Sighting s)
        {
            foreach (var name in s.Event.Groups.Select(g => BindingSubjects.GroupPrefix + g).Prepend(s.Actor))
                if (name.Length > 0 && !Everyone.Contains(name)) Add(looks, new(LinkKind.Grant, name, name));
            if (s.Credential is { Length: > 0 } credential) Add(looks, new(LinkKind.Mint, credential, Short(credential)));
            if (s.Event.User is { Length: > 0 } user) Add(looks, new(LinkKind.Certificate, user, user));
            // A token of a pod acts in the name of that pod.
            if (s.Event is { CallerPod: { Length: > 0 } pod, User: { } account } && ServiceAccountName.NamespaceOf(account) is { } ns)
                Add(looks, new(LinkKind.Pod, $"{ns}/{pod}", $"Pod {ns}/{pod}"));
        }

        void Leave(Sighting s)
        {
            if (s.Event.IssuedCredentialId is { Length: > 0 } issued) Add(leaves, new(LinkKind.Mint, issued, Short(issued)));
            if (s.Event.Resource is "rolebindings" or "clusterrolebindings" && s.Known.RolePowers != Powers.None)
                foreach (var subject in s.Subjects)
                    if (!Everyone.Contains(subject)) Add(leaves, new(LinkKind.Grant, subject, subject));
            if (s.Known.CertificateFor is { Length: > 0 } name && !name.StartsWith("system:node:", StringComparison.Ordinal)) Add(leaves, new(LinkKind.Certificate, name, name));
            // A token names the pod that it belongs to: whoever entered that pod may hold it.
            if (s.Event is { Resource: "pods", Subresource: "exec" or "attach" or "ephemeralcontainers" or null, Name: { Length: > 0 } pod, Namespace: { } ns } && (IsWrite(s.Event) || s.Event.Subresource is not null)) Add(leaves, new(LinkKind.Pod, $"{ns}/{pod}", $"Pod {ns}/{pod}"));
        }
    }

    /// <summary>Why a step belongs to a case, by the link that was found.</summary>
    public static string Reason(CaseLink link) => link.Kind switch
    {
        LinkKind.Request => "the same request",
        LinkKind.Credential => $"the same credential {link.Text}",
        LinkKind.Identity => $"the same identity {link.Text}",
        LinkKind.Grant => $"uses rights that were granted to {link.Text}",
        LinkKind.Mint => $"uses the token {link.Text} that was minted before",
        LinkKind.Object => $"about {link.Text}, or what it owns",
        LinkKind.Pod => $"with the token of {link.Text}, which was entered or made before",
        LinkKind.Certificate => $"acts as {link.Text}, for whom a certificate was asked for",
        _ => "",
    };

    static void Add(Dictionary<string, CaseLink> links, CaseLink link) => links.TryAdd(link.Id, link);

    // The control plane's own deeds have many causes; a nameless client is told apart by its address.
    static CaseLink? OfActor(EventFacts e) => e.User switch
    {
        null or "" or "system:anonymous" => e.ClientIp is { } ip ? new(LinkKind.Identity, "anonymous@" + ip, "an unauthenticated client at " + SafeText.Of(ip)) : null,
        var user when user.StartsWith("system:", StringComparison.Ordinal) && !user.StartsWith(ServiceAccountName.Prefix, StringComparison.Ordinal) && !user.StartsWith("system:node:", StringComparison.Ordinal)
            && !user.StartsWith("system:bootstrap:", StringComparison.Ordinal) => null,
        _ when e.CredentialId is { Length: > 0 } credential => new(LinkKind.Credential, credential, Short(credential)),
        var user => new(LinkKind.Identity, user, SafeText.Of(user)),
    };

    static bool IsWrite(EventFacts e) => e.Verb is "create" or "update" or "patch" && e.Subresource is null or "" or "ephemeralcontainers" or "approval";

    static ObjectName? ObjectOf(Sighting s) => s.Known.Root is { Name.Length: > 0 } root && Traced.Contains(s.Event.Resource ?? "") && root.Resource != "nodes" ? root : null;

    // Enough to tell one from another in a line; the alert has all of it.
    static string Short(string credential) => SafeText.Of(credential.Length > 28 ? credential[..24] + "…" : credential);

    static string Say(ObjectName name) => $"{name.Resource} {(name.Namespace is null ? "" : SafeText.Of(name.Namespace) + "/")}{SafeText.Of(name.Name)}";
}
