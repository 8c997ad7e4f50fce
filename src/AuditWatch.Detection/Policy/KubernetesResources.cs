using System.Collections.Frozen;

namespace AuditWatch.Detection.Policy;

/// <summary>The resources that Kubernetes itself serves, and the workloads of others that our rules look into: their API groups, subresources, and which lie in no namespace.</summary>
static class KubernetesResources
{
    // Group, then its resources; "!" is cluster-wide; subresources in parentheses.
    const string Table = """
         pods(attach,binding,ephemeralcontainers,eviction,exec,log,portforward,proxy,resize,status) services(proxy,status) serviceaccounts(token) secrets configmaps endpoints events limitranges resourcequotas(status) persistentvolumeclaims(status) podtemplates replicationcontrollers(scale,status) bindings nodes!(proxy,status) namespaces!(finalize,status) persistentvolumes!(status) componentstatuses!
        apps deployments(scale,status) daemonsets(status) statefulsets(scale,status) replicasets(scale,status) controllerrevisions
        batch jobs(status) cronjobs(status)
        rbac.authorization.k8s.io roles rolebindings clusterroles! clusterrolebindings!
        admissionregistration.k8s.io mutatingwebhookconfigurations! validatingwebhookconfigurations! validatingadmissionpolicies!(status) validatingadmissionpolicybindings! mutatingadmissionpolicies! mutatingadmissionpolicybindings!
        apiextensions.k8s.io customresourcedefinitions!(status)
        apiregistration.k8s.io apiservices!(status)
        authentication.k8s.io tokenreviews! selfsubjectreviews!
        authorization.k8s.io subjectaccessreviews! selfsubjectaccessreviews! selfsubjectrulesreviews! localsubjectaccessreviews
        autoscaling horizontalpodautoscalers(status)
        certificates.k8s.io certificatesigningrequests!(approval,status) clustertrustbundles! podcertificaterequests(status)
        coordination.k8s.io leases
        discovery.k8s.io endpointslices
        events.k8s.io events
        flowcontrol.apiserver.k8s.io flowschemas!(status) prioritylevelconfigurations!(status)
        networking.k8s.io ingresses(status) ingressclasses! networkpolicies ipaddresses! servicecidrs!(status)
        node.k8s.io runtimeclasses!
        policy poddisruptionbudgets(status)
        resource.k8s.io resourceclaims(status) resourceclaimtemplates deviceclasses! resourceslices!
        scheduling.k8s.io priorityclasses!
        argoproj.io rollouts(scale,status)
        apps.openshift.io deploymentconfigs(scale,status)
        storage.k8s.io storageclasses! volumeattachments!(status) csidrivers! csinodes! csistoragecapacities
        """;

    static readonly string[] Reading = ["get", "list", "watch"];
    static readonly string[] Changing = ["get", "update", "patch"];
    static readonly string[] Every = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];

    /// <summary>Every resource, without subresources.</summary>
    public static IReadOnlyList<KubernetesResource> All { get; } = Read();

    static readonly FrozenDictionary<string, KubernetesResource[]> ByName = All.GroupBy(r => r.Name).ToFrozenDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);

    /// <summary>Those with this name, in whatever group; empty when Kubernetes has none.</summary>
    public static IReadOnlyList<KubernetesResource> Named(string name) => ByName.TryGetValue(name, out var some) ? some : [];

    /// <summary>The API groups that have the resource; empty when Kubernetes has none of that name.</summary>
    public static IReadOnlyList<string> GroupsOf(string name) => [.. Named(name).Select(r => r.Group)];

    /// <summary>The verbs that requests for a resource, or one of its subresources, can have.</summary>
    public static IReadOnlyList<string> VerbsOf(string resource, string subresource) => subresource switch
    {
        "exec" or "attach" or "portforward" => ["create", "get"],
        "proxy" => ["get", "create", "update", "patch", "delete"],
        "log" => ["get"],
        "token" or "binding" or "eviction" => ["create"],
        "finalize" => ["update"],
        "" when resource is "bindings" || resource.EndsWith("reviews", StringComparison.Ordinal) => ["create"],
        "" when resource == "componentstatuses" => Reading,
        "" => Every,
        _ => Changing,
    };

    static KubernetesResource[] Read()
    {
        var all = new List<KubernetesResource>();
        foreach (var line in Table.Split('\n'))
        {
            var words = line.Split(' ');
            foreach (var word in words.Skip(1).Where(w => w.Length > 0))
            {
                var parts = word.Split('(', 2);
                all.Add(new(words[0], parts[0].TrimEnd('!'), !parts[0].EndsWith('!'), parts.Length == 1 ? [] : parts[1].TrimEnd(')').Split(',')));
            }
        }

        return [.. all];
    }
}

/// <summary>One resource.</summary>
/// <param name="Group">API group, "" for the core.</param>
/// <param name="Name">Plural name.</param>
/// <param name="IsNamespaced">Whether objects lie in namespaces.</param>
/// <param name="Subresources">Its subresources.</param>
sealed record KubernetesResource(string Group, string Name, bool IsNamespaced, IReadOnlyList<string> Subresources);
