namespace AuditWatch.Detection.Tests;

/// <summary>A workload as the API server logs it: a person's deployment, and what controllers make of it.</summary>
static class Workloads
{
    public const string Rule = "privileged-container";

    public static An Deployment(double at, string name = "web", string ns = "prod", string user = "dave", bool privileged = true) => new()
    {
        Id = "deploy-" + name, User = user, Verb = "create", Resource = "deployments", Group = "apps", Namespace = ns, Name = name, Code = 201, At = at,
        Body = $$$"""{"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"{{{name}}}","namespace":"{{{ns}}}"},"spec":{"template":{{{Pod(privileged)}}}}}""",
    };

    public static An ReplicaSet(double at, string name = "web", string ns = "prod", string uid = "u-1") => new()
    {
        Id = "rs-" + name, User = "system:serviceaccount:kube-system:deployment-controller", Ip = "10.0.0.2", Agent = "kube-controller-manager/v1.36.3", Verb = "create", Resource = "replicasets", Group = "apps",
        Namespace = ns, Name = name + "-5d4f", Code = 201, At = at,
        Body = $$$"""{"kind":"ReplicaSet","apiVersion":"apps/v1","metadata":{"name":"{{{name}}}-5d4f","namespace":"{{{ns}}}","ownerReferences":[{"apiVersion":"apps/v1","kind":"Deployment","name":"{{{name}}}","uid":"{{{uid}}}","controller":true}]},"spec":{"template":{{{Pod(true)}}}}}""",
    };

    /// <summary>A pod whose name the server makes up: at level Request the log does not tell it.</summary>
    public static An PodOf(double at, int number, string name = "web", string ns = "prod") => new()
    {
        Id = $"pod-{name}-{number}", User = "system:serviceaccount:kube-system:replicaset-controller", Ip = "10.0.0.2", Agent = "kube-controller-manager/v1.36.3", Verb = "create", Resource = "pods",
        Namespace = ns, Name = null, Code = 201, At = at,
        Body = $$$"""{"kind":"Pod","apiVersion":"v1","metadata":{"generateName":"{{{name}}}-5d4f-","namespace":"{{{ns}}}","ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"{{{name}}}-5d4f","uid":"u-2","controller":true}]},"spec":{"containers":[{"name":"c","image":"registry.example.com/c:1","securityContext":{"privileged":true}}]}}""",
    };

    public static An[] Rollout(double at = 0, string name = "web", int pods = 3) =>
        [Deployment(at, name), ReplicaSet(at + 0.1, name), .. Enumerable.Range(1, pods).Select(i => PodOf(at + 0.2 + (i / 100.0), i, name))];

    static string Pod(bool privileged) =>
        $$$"""{"spec":{"containers":[{"name":"c","image":"registry.example.com/c:1","securityContext":{"privileged":{{{(privileged ? "true" : "false")}}}}}]}}""";
}
