using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace AuditWatch.Detection.Tests.Chains;

/// <summary>Requests as attackers and operators make them, for the stories of chains.</summary>
static class Deeds
{
    const string Enforce = "pod-security.kubernetes.io/enforce";

    public const string Account = "system:serviceaccount:ci:deployer", Thief = "203.0.113.200", Minter = "198.51.100.77";

    public static An By(this An deed, string user) => deed with { User = user };

    public static An From(this An deed, string ip) => deed with { Ip = ip };

    public static An With(this An deed, string credential) => deed with { Credential = credential };

    public static An Blind(this An deed) => deed with { Level = "Metadata" };

    public static An Mint(double at, string token = "JTI=1") => An.Mint(at, "dave", Minter, token, "mint-" + at);

    public static An Look(double at) => new() { Id = "look-" + at, Verb = "list", Resource = "nodes", Namespace = null, Name = null, At = at };

    public static An ReadSecrets(double at) => new() { Id = "read-" + at, Verb = "list", Name = null, At = at };

    public static An ReadSecret(double at, string name = "db-credentials") => new() { Id = "get-" + at, Name = name, At = at };

    public static An WriteSecret(double at) => new() { Id = "write-" + at, Verb = "create", Name = "new", Code = 201, At = at };

    public static An Exec(double at, string pod = "web-1") => An.Exec(at, "exec-" + at) with { Name = pod };

    public static An Log(double at, string pod) => new() { Id = "log-" + at, Verb = "get", Resource = "pods", Subresource = "log", Name = pod, At = at };

    public static An Bind(double at, string account = "deployer") => An.Binding(at, "bind-" + account) with { Body = An.Binding(at, "bind").Body!.Replace("deployer", account, StringComparison.Ordinal) };

    public static An Unbind(double at, string account = "deployer") => new() { Id = "unbind-" + at, User = "dave", Verb = "delete", Resource = "clusterrolebindings", Namespace = null, Name = "b-bind-" + account, At = at };

    public static An BareSecretPod(double at, string name = "peek") => new()
    {
        Id = "pod-" + name, Verb = "create", Resource = "pods", Name = name, Code = 201, At = at,
        Body = $$$"""{"kind":"Pod","apiVersion":"v1","metadata":{"name":"{{{name}}}"},"spec":{"containers":[{"name":"c","image":"busybox"}],"volumes":[{"name":"s","secret":{"secretName":"db"}}]}}""",
    };

    public static An PrivilegedPod(double at, string name = "tool", string ns = "prod") => new()
    {
        Id = "priv-" + name, Verb = "create", Resource = "pods", Name = name, Namespace = ns, Code = 201, At = at,
        Body = $$$"""{"kind":"Pod","apiVersion":"v1","metadata":{"name":"{{{name}}}"},"spec":{"serviceAccountName":"deployer","containers":[{"name":"c","image":"busybox","securityContext":{"privileged":true}}]}}""",
    };

    public static An PodOf(double at, string account, string name = "job", string ns = "ci") => new()
    {
        Id = "pod-" + name, Verb = "create", Resource = "pods", Name = name, Namespace = ns, Code = 201, At = at,
        Body = $$$"""{"kind":"Pod","apiVersion":"v1","metadata":{"name":"{{{name}}}"},"spec":{"serviceAccountName":"{{{account}}}","containers":[{"name":"c","image":"registry.example.com/c:1"}]}}""",
    };

    public static An DeletePod(double at, string name) => new() { Id = "del-" + at, Verb = "delete", Resource = "pods", Name = name, At = at };

    public static An Label(double at, string? level, string ns = "prod") => new()
    {
        Id = "label-" + at, Verb = "patch", Resource = "namespaces", Namespace = ns, Name = ns, At = at,
        Body = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { [Enforce] = level } } }.ToJsonString(),
        Answer = new JsonObject { ["kind"] = "Namespace", ["apiVersion"] = "v1", ["metadata"] = new JsonObject { ["name"] = ns, ["labels"] = level is null ? [] : new JsonObject { [Enforce] = level } } }.ToJsonString(),
    };

    public static An Webhook(double at, string verb = "create", string url = "https://203.0.113.200/m") => new()
    {
        Id = $"hook-{verb}-{at}", Verb = verb, Resource = "mutatingwebhookconfigurations", Group = "admissionregistration.k8s.io", Namespace = null, Name = "sidecar", Code = verb == "create" ? 201 : 200, At = at,
        Body = verb == "delete" ? null : $$$"""{"kind":"MutatingWebhookConfiguration","apiVersion":"admissionregistration.k8s.io/v1","metadata":{"name":"sidecar"},"webhooks":[{"name":"a.b.c","clientConfig":{"url":"{{{url}}}"},"rules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["CREATE"],"resources":["secrets"]}]}]}""",
    };

    public static An Role(double at, string name = "helper") => new()
    {
        Id = "role-" + name, Verb = "create", Resource = "clusterroles", Group = "rbac.authorization.k8s.io", Namespace = null, Name = name, Code = 201, At = at,
        Body = $$$"""{"kind":"ClusterRole","apiVersion":"rbac.authorization.k8s.io/v1","metadata":{"name":"{{{name}}}"},"rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]}""",
    };

    public static An BindRole(double at, string role = "helper") => new()
    {
        Id = "bindrole-" + at, Verb = "create", Resource = "clusterrolebindings", Namespace = null, Name = "x-" + at, Code = 201, At = at,
        Body = $$$"""{"kind":"ClusterRoleBinding","apiVersion":"rbac.authorization.k8s.io/v1","metadata":{"name":"x"},"subjects":[{"kind":"User","name":"erin","apiGroup":"rbac.authorization.k8s.io"}],"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"{{{role}}}"}}""",
    };

    public static An BindEveryone(double at, string group = "system:unauthenticated") => BindRole(at, "view") with
    {
        Body = $$$"""{"kind":"ClusterRoleBinding","apiVersion":"rbac.authorization.k8s.io/v1","metadata":{"name":"x"},"subjects":[{"kind":"Group","name":"{{{group}}}","apiGroup":"rbac.authorization.k8s.io"}],"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"view"}}""",
    };

    public static An TokenSecret(double at, string name = "forever") => new()
    {
        Id = "tokensecret-" + at, Verb = "create", Name = name, Code = 201, At = at,
        Body = $$$"""{"kind":"Secret","apiVersion":"v1","metadata":{"name":"{{{name}}}","annotations":{"kubernetes.io/service-account.name":"deployer"}},"type":"kubernetes.io/service-account-token"}""",
    };

    public static An NewAccount(double at, string name = "deployer") => new() { Id = "sa-" + name, Verb = "create", Resource = "serviceaccounts", Namespace = "ci", Name = name, Code = 201, At = at };

    public static An DeleteEvents(double at) => new() { Id = "events-" + at, Verb = "deletecollection", Resource = "events", Name = null, At = at };

    public static An[] DeleteMuch(double at) =>
        [.. Enumerable.Range(0, 12).Select(i => new An { Id = $"gone-{at}-{i}", Verb = "delete", Resource = "persistentvolumeclaims", Name = "data-" + i, At = at + (i / 10.0) })];

    public static An Csr(double at, string name = "csr-1", string subject = "CN=svc-reporting, O=platform-admins") => new()
    {
        Id = "csr-" + name, Verb = "create", Resource = "certificatesigningrequests", Group = "certificates.k8s.io", Namespace = null, Name = name, Code = 201, At = at, Body = CsrBody(subject),
    };

    public static An Approve(double at, string name = "csr-1", string subject = "CN=svc-reporting, O=platform-admins") => new()
    {
        Id = "approve-" + name, Verb = "update", Resource = "certificatesigningrequests", Subresource = "approval", Group = "certificates.k8s.io", Namespace = null, Name = name, At = at, Body = CsrBody(subject),
    };

    public static An DeleteCsr(double at, string name = "csr-1") => new() { Id = "csrgone-" + at, Verb = "delete", Resource = "certificatesigningrequests", Group = "certificates.k8s.io", Namespace = null, Name = name, At = at };

    static string CsrBody(string subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = new CertificateRequest(subject, key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
        return $$$"""{"kind":"CertificateSigningRequest","apiVersion":"certificates.k8s.io/v1","metadata":{"name":"csr-1"},"spec":{"request":"{{{Convert.ToBase64String(Encoding.ASCII.GetBytes(pem))}}}","signerName":"kubernetes.io/kube-apiserver-client","usages":["client auth"]}}""";
    }
}
