using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using AuditWatch.Events.Model;
using Xunit;

namespace AuditWatch.Events.Tests.Model;

public sealed class DerivedFieldTests
{
    [Theory]
    [InlineData("""["8.8.8.8","1.2.3.4","172.31.0.9"]""", "172.31.0.0/16", "1.2.3.4")]
    [InlineData("""["8.8.8.8","1.2.3.4","172.31.0.9"]""", "", "172.31.0.9")]
    [InlineData("""["8.8.8.8","172.31.0.1","172.31.0.9"]""", "172.31.0.0/16", "8.8.8.8")]
    [InlineData("""["172.31.0.1","172.31.0.9"]""", "172.31.0.0/16", "172.31.0.1")]
    [InlineData("""["2001:db8::7","::ffff:172.31.0.9"]""", "172.31.0.0/16", "2001:db8::7")]
    [InlineData("""["10.0.0.1"]""", "", "10.0.0.1")]
    [InlineData("""["not an address","172.31.0.9"]""", "172.31.0.0/16", "not an address")]
    public void The_client_is_the_last_address_that_is_no_trusted_proxy(string addresses, string trusted, string expected)
    {
        var cluster = new ClusterFacts { TrustedProxies = trusted.Length == 0 ? [] : [IPNetwork.Parse(trusted)] };
        Assert.Equal(expected, An.Event("get", "pods").WithJson("sourceIPs", addresses).In(cluster).Says("aw.client_ip"));
    }

    [Theory]
    [InlineData("127.0.0.1", "loopback")]
    [InlineData("::1", "loopback")]
    [InlineData("10.2.3.4", "private")]
    [InlineData("172.16.0.1", "private")]
    [InlineData("172.32.0.1", "public")]
    [InlineData("100.64.0.1", "private")]
    [InlineData("fd00::1", "private")]
    [InlineData("fe80::1", "link-local")]
    [InlineData("169.254.169.254", "link-local")]
    [InlineData("203.0.113.200", "public")]
    [InlineData("::ffff:10.0.0.1", "private")]
    [InlineData("nonsense", "absent")]
    public void The_client_address_has_a_scope(string address, string expected) => Assert.Equal(expected, An.Event("get", "pods").With("sourceIPs", new[] { address }).Says("aw.client_ip.scope"));

    // With networks named, every address is read by .NET; without them, what is plainly IPv4 is read here.
    [Theory]
    [InlineData("010.1.2.3")]
    [InlineData("10.1.2.03")]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2")]
    [InlineData("10.1.2.")]
    [InlineData(".10.1.2")]
    [InlineData("10.1.2.3.4")]
    [InlineData("10.1..3")]
    [InlineData("256.1.2.3")]
    [InlineData("0x0a.1.2.3")]
    [InlineData("127.255.255.255")]
    [InlineData("192.168.1.1 ")]
    [InlineData("")]
    public void However_an_address_is_written_its_scope_does_not_hang_on_the_networks_that_are_named(string address)
    {
        var cluster = new ClusterFacts { Networks = [IPNetwork.Parse("203.0.113.0/24")] };
        var e = An.Event("get", "pods").With("sourceIPs", new[] { address });
        Assert.Equal(e.In(cluster).Says("aw.client_ip.scope"), An.Event("get", "pods").With("sourceIPs", new[] { address }).Says("aw.client_ip.scope"));
    }

    [Fact]
    public void Whether_a_client_is_inside_needs_networks()
    {
        var cluster = new ClusterFacts { Networks = [IPNetwork.Parse("10.0.0.0/8")] };
        Assert.Equal("true", An.Event("get", "pods").In(cluster).Says("aw.client_ip.in_cluster"));
        Assert.Equal("false", An.Event("get", "pods").In(cluster).With("sourceIPs", new[] { "1.2.3.4" }).Says("aw.client_ip.in_cluster"));
        Assert.Equal("unknown(NoBaseline)", An.Event("get", "pods").Says("aw.client_ip.in_cluster"));
    }

    [Fact]
    public void Real_and_effective_user_are_kept_apart()
    {
        var audit = An.Event("get", "pods").WithJson("impersonatedUser", """{"username":"system:serviceaccount:prod:web","groups":["g1","g2"]}""");
        Assert.Equal(["alice", "system:serviceaccount:prod:web", """["g1","g2"]""", "true", "prod", "web", "absent", "false"],
            new[] { "aw.real_user", "aw.effective_user", "aw.effective_groups", "aw.impersonated", "aw.effective_sa.namespace", "aw.effective_sa.name", "aw.sa.name", "aw.is_service_account" }.Select(audit.Says));
        audit = An.Event("get", "pods").With("user.username", "system:serviceaccount:ci:runner");
        Assert.Equal(["ci", "runner", "true", "false"], new[] { "aw.sa.namespace", "aw.effective_sa.name", "aw.is_service_account", "aw.impersonated" }.Select(audit.Says));
        audit = An.Event("get", "pods").With("user.username", "system:node:worker-1");
        Assert.Equal(["true", "worker-1"], new[] { "aw.is_node", "aw.node_name" }.Select(audit.Says));
        audit = An.Event("get", "pods").With("user.username", "system:serviceaccount:x");
        Assert.Equal(["false", "absent"], new[] { "aw.is_service_account", "aw.sa.namespace" }.Select(audit.Says));
    }

    [Theory]
    [InlineData("kubectl/v1.36.3 (linux/amd64) kubernetes/faecb19", "kubectl", "1.36.3", "linux")]
    [InlineData("kube-apiserver/v0.0.0 (linux/amd64) kubernetes/faecb19", "kube-apiserver", "0.0.0", "linux")]
    [InlineData("curl/7.88.1", "curl", "7.88.1", "absent")]
    [InlineData("Go-http-client", "Go-http-client", "absent", "absent")]
    [InlineData("node-fetch/1.0 (+https://github.com/x/y)", "node-fetch", "1.0", "absent")]
    [InlineData("", "absent", "absent", "absent")]
    public void The_agent_has_a_product_a_version_and_perhaps_a_system(string agent, string product, string version, string system) =>
        Assert.Equal([product, version, system], new[] { "aw.ua.product", "aw.ua.version", "aw.ua.os" }.Select(An.Event("get", "pods").With("userAgent", agent).Says));

    [Theory]
    [InlineData("pods", "spec")]
    [InlineData("deployments", "spec.template.spec")]
    [InlineData("daemonsets", "spec.template.spec")]
    [InlineData("statefulsets", "spec.template.spec")]
    [InlineData("replicasets", "spec.template.spec")]
    [InlineData("replicationcontrollers", "spec.template.spec")]
    [InlineData("jobs", "spec.template.spec")]
    [InlineData("cronjobs", "spec.jobTemplate.spec.template.spec")]
    [InlineData("podtemplates", "template.spec")]
    public void Every_workload_kind_has_its_pod_somewhere(string resource, string path)
    {
        const string pod = """{"hostNetwork":true,"hostPID":true,"serviceAccountName":"sa","containers":[{"name":"a","image":"a"}],"initContainers":[{"name":"i","image":"i"}],"ephemeralContainers":[{"name":"e","image":"e"}],"volumes":[{"name":"v","hostPath":{"path":"/"}}]}""";
        var audit = An.Event("create", resource, "Request").WithJson("requestObject." + path, pod);
        Assert.Equal(["true", "true", "false", "sa", """["a","i","e"]""", """["/"]""", "true", pod],
            new[] { "aw.pod.host_network", "aw.pod.host_pid", "aw.pod.host_ipc", "aw.pod.service_account", "aw.pod.containers.image", "aw.pod.volumes.hostPath.path", "aw.pod.hostNetwork", "aw.pod" }.Select(audit.Says));
        Assert.Equal("absent", audit.Says("aw.pod.containers.securityContext.privileged"));
        Assert.Equal("unknown(LevelTooLow)", An.Event("create", resource, "Metadata").Says("aw.pod.containers.image"));
        Assert.Equal("absent", An.Event("create", "services", "Metadata").Says("aw.pod.containers.image"));
    }

    [Theory]
    [InlineData("""[{"image":"a"},{"image":"b"}]""", """["a","b"]""")]
    [InlineData("""[ {"image":"a"} , {"image":"b"} ]""", """["a","b"]""")]
    [InlineData("""[{"image":"a"},"aaaaaaaaaaa"]""", """["a","i"]""")]
    [InlineData("""["aaaaaaaaaaa",{"image":"a"}]""", """["a","i"]""")]
    public void What_stands_among_containers_and_is_none_hides_no_other(string containers, string images)
    {
        var spec = $$"""{"containers":{{containers}}{{(containers.Contains("aaa", StringComparison.Ordinal) ? ",\"initContainers\":[{\"image\":\"i\"}]" : "")}}}""";
        Assert.Equal(images, An.Event("create", "pods", "Request").WithJson("requestObject.spec", spec).Says("aw.pod.containers.image"));
    }

    [Fact]
    public void Debug_containers_are_containers_in_the_new_and_in_the_old_API()
    {
        var now = An.Event("patch", "pods", "Request").With("objectRef.subresource", "ephemeralcontainers").WithJson("requestObject", """{"spec":{"ephemeralContainers":[{"name":"d","image":"nicolaka/netshoot"}]}}""");
        Assert.Equal("""["nicolaka/netshoot"]""", now.Says("aw.pod.containers.image"));
        var then = An.Event("update", "pods", "Request").With("objectRef.subresource", "ephemeralcontainers").WithJson("requestObject", """{"kind":"EphemeralContainers","ephemeralContainers":[{"name":"d","image":"busybox"}]}""");
        Assert.Equal("""["busybox"]""", then.Says("aw.pod.containers.image"));
    }

    [Fact]
    public void Updates_and_patches_take_the_whole_object_from_the_answer()
    {
        var audit = An.Event("patch", "pods").With("responseStatus.code", 200).WithJson("requestObject", """{"metadata":{"labels":{"a":"b"}}}""").WithJson("responseObject", """{"kind":"Pod","metadata":{"labels":{"a":"b","c":"d"}},"spec":{"hostPID":true}}""");
        Assert.Equal(["true", "false", "d"], new[] { "aw.pod.host_pid", "aw.pod.host_network", "aw.pod.labels.c" }.Select(audit.Says));
        Assert.Equal("absent", An.Event("update", "pods").With("objectRef.subresource", "status").WithJson("requestObject", """{"spec":{"hostPID":true}}""").Says("aw.pod.host_pid"));
        Assert.Equal("true", An.Event("update", "pods").WithJson("requestObject", """{"spec":{"hostPID":true}}""").WithJson("responseObject", """{"kind":"Status"}""").Says("aw.pod.host_pid"));
    }

    [Theory]
    [InlineData("pods", "exec", "/api/v1/namespaces/a/pods/b/exec?command=sh&command=-c&command=cat%20%2Fetc%2Fpasswd+%7C+id&container=web&stdin=true&tty=true", """["sh","-c","cat /etc/passwd | id"]""", "sh -c cat /etc/passwd | id", "web", "true", "true")]
    [InlineData("pods", "exec", "/api/v1/namespaces/a/pods/b/exec?%63ommand=id&stdout=true", """["id"]""", "id", "absent", "false", "false")]
    [InlineData("pods", "attach", "/api/v1/namespaces/a/pods/b/attach?container=web&stdin=1", "absent", "absent", "web", "true", "false")]
    [InlineData("nodes", "proxy", "/api/v1/nodes/worker-1/proxy/run/prod/web/app?cmd=id", """["id"]""", "id", "absent", "false", "false")]
    [InlineData("nodes", "proxy", "/api/v1/nodes/https:worker-1:10250/proxy/ex%65c/prod/web/app?command=id&input=1", """["id"]""", "id", "absent", "false", "false")]
    [InlineData("nodes", "proxy", "/api/v1/nodes/worker-1/proxy/metrics?command=id", "absent", "absent", "absent", "absent", "absent")]
    [InlineData("pods", null, "/api/v1/namespaces/a/pods/b?command=id", "absent", "absent", "absent", "absent", "absent")]
    public void The_command_of_an_exec_stands_in_the_query(string resource, string? sub, string uri, string command, string line, string container, string stdin, string tty)
    {
        var audit = An.Event("get", resource, "Metadata").With("objectRef.subresource", sub).With("requestURI", uri);
        Assert.Equal([command, line, container, stdin, tty], new[] { "aw.exec.command", "aw.exec.command_line", "aw.exec.container", "aw.exec.stdin", "aw.exec.tty" }.Select(p => Plain(audit.Says(p))));
    }

    // Non-ASCII and HTML characters may be escaped in made-up JSON.
    static string Plain(string json) => json.StartsWith('[') ? System.Text.RegularExpressions.Regex.Unescape(json) : json;

    [Theory]
    [InlineData("nodes", "/api/v1/nodes/worker-1/proxy/run/prod/web/app?cmd=id", "/run/prod/web/app?cmd=id")]
    [InlineData("nodes", "/api/v1/nodes/worker-1/proxy", "/")]
    [InlineData("services", "/api/v1/namespaces/services/services/http:x:80/proxy/a%2Fb", "/a/b")]
    public void A_proxy_request_has_a_path_behind_it(string resource, string uri, string expected) =>
        Assert.Equal(expected, An.Event("get", resource).With("objectRef.subresource", "proxy").With("requestURI", uri).Says("aw.proxy.path"));

    [Fact]
    public void The_query_says_what_was_selected()
    {
        var audit = An.Event("list", "secrets").With("objectRef.namespace", null).With("requestURI", "/api/v1/secrets?fieldSelector=type%3DOpaque&labelSelector=a+in+%28b%29&limit=500&dryRun=All");
        Assert.Equal(["type=Opaque", "a in (b)", "500", "cluster", "true", "/api/v1/secrets"], new[] { "aw.field_selector", "aw.label_selector", "aw.limit", "aw.list_scope", "aw.dry_run", "aw.api_path" }.Select(audit.Says));
        Assert.Equal(["namespace", "false", "absent"], new[] { "aw.list_scope", "aw.dry_run", "aw.limit" }.Select(An.Event("list", "secrets").Says));
        Assert.Equal("absent", An.Event("get", "secrets").Says("aw.list_scope"));
    }

    [Fact]
    public void An_audit_id_that_is_no_uuid_was_chosen_by_the_client() =>
        Assert.Equal(
            ["true", "false", "false"],
            new[] { "\"0f6a9c1e-52b7-4d0e-9f1a-6e5d4c3b2a10\"", "\"0f6a9c1e-52b7-4d0e-9f1a-6e5d4c3b2a1g\"", "\"mine\"" }.Select(id => An.Event("get", "pods").WithJson("auditID", id).Says("aw.audit_id.is_uuid")));

    [Fact]
    public void A_delete_asks_for_a_dry_run_in_its_body() =>
        Assert.Equal("true", An.Event("delete", "pods", "Request").WithJson("requestObject", """{"kind":"DeleteOptions","dryRun":["All"]}""").Says("aw.dry_run"));

    [Theory]
    [InlineData(200, "allow", "success")]
    [InlineData(101, "allow", "success")]
    [InlineData(403, "allow", "denied")]
    [InlineData(401, "allow", "denied")]
    [InlineData(403, "forbid", "denied")]
    [InlineData(200, "forbid", "denied")]
    [InlineData(404, "allow", "failure")]
    [InlineData(500, "allow", "failure")]
    public void The_outcome_comes_from_the_code(int code, string decision, string expected) =>
        Assert.Equal(expected, An.Event("get", "pods").With("responseStatus.code", code).Annotated("authorization.k8s.io/decision", decision).Says("aw.outcome"));

    [Theory]
    [InlineData("create", 201, "true", "true")]
    [InlineData("create", 403, "true", "true")]
    [InlineData("patch", 201, "true", "true")]
    [InlineData("patch", 200, "false", "true")]
    [InlineData("update", 201, "true", "true")]
    [InlineData("delete", 200, "false", "true")]
    [InlineData("deletecollection", 200, "false", "true")]
    [InlineData("get", 200, "false", "false")]
    public void A_patch_can_create(string verb, int code, string creates, string writes) =>
        Assert.Equal([creates, writes], new[] { "aw.is_create", "aw.is_write" }.Select(An.Event(verb, "pods").With("responseStatus.code", code).Says));

    [Fact]
    public void A_generated_name_is_in_the_answer_only()
    {
        var audit = An.Event("create", "pods").With("objectRef.name", null).WithJson("responseObject", """{"kind":"Pod","metadata":{"name":"web-x7k"}}""");
        Assert.Equal("web-x7k", audit.Says("aw.name"));
        Assert.Equal("web-x7k", audit.Read().Name);
        Assert.Equal("unknown(LevelTooLow)", An.Event("create", "pods", "Metadata").With("objectRef.name", null).Says("aw.name"));
        Assert.Equal("absent", An.Event("list", "pods", "Metadata").With("objectRef.name", null).Says("aw.name"));
    }

    [Fact]
    public void Roles_and_bindings_say_what_they_grant_to_whom()
    {
        var role = An.Event("create", "clusterroles", "Request").WithJson("requestObject", """{"rules":[{"verbs":["*"],"resources":["secrets"]}]}""");
        Assert.Equal(["""["*"]""", "false"], new[] { "aw.role.rules.verbs", "aw.role.aggregated" }.Select(role.Says));
        Assert.Equal("true", An.Event("create", "clusterroles", "Request").WithJson("requestObject", """{"aggregationRule":{},"rules":[]}""").Says("aw.role.aggregated"));
        Assert.Equal("unknown(LevelTooLow)", An.Event("update", "roles", "Metadata").Says("aw.role.rules.verbs"));
        var binding = An.Event("create", "rolebindings", "Request").WithJson("requestObject", """{"roleRef":{"kind":"ClusterRole","name":"cluster-admin"},"subjects":[{"kind":"User","name":"eve"},{"kind":"ServiceAccount","name":"x","namespace":"y"}]}""");
        Assert.Equal(["ClusterRole", "cluster-admin", """["eve","x"]"""], new[] { "aw.binding.role_kind", "aw.binding.role_name", "aw.binding.subjects.name" }.Select(binding.Says));
        Assert.Equal("absent", An.Event("get", "rolebindings", "Metadata").Says("aw.binding.role_name"));
    }

    [Theory]
    [InlineData("rsa")]
    [InlineData("ecdsa")]
    public void A_certificate_request_says_whom_it_wants_to_be(string key)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("worker-1");
        names.AddIpAddress(IPAddress.Parse("10.0.0.7"));
        using var rsa = RSA.Create(2048);
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedName("CN=system:node:worker-1, O=system:nodes, O=system:masters");
        var request = key == "rsa" ? new CertificateRequest(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1) : new CertificateRequest(subject, ecdsa, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        var pem = Convert.ToBase64String(Encoding.ASCII.GetBytes(request.CreateSigningRequestPem()));
        var audit = An.Event("create", "certificatesigningrequests", "Request").With("requestObject", new { spec = new { request = pem, signerName = "kubernetes.io/kube-apiserver-client", usages = new[] { "client auth" } } });
        Assert.Equal(["system:node:worker-1", """["worker-1","10.0.0.7"]""", key, "kubernetes.io/kube-apiserver-client", """["client auth"]"""],
            new[] { "aw.csr.subject.cn", "aw.csr.san", "aw.csr.key_type", "aw.csr.signer", "aw.csr.usages" }.Select(audit.Says));
        Assert.Equal("""["system:masters","system:nodes"]""", "[" + string.Join(",", audit.Says("aw.csr.subject.o").Trim('[', ']').Split(',').Order(StringComparer.Ordinal)) + "]");
        Assert.Equal("unknown(Malformed)", An.Event("create", "certificatesigningrequests", "Request").With("requestObject", new { spec = new { request = "aGVsbG8=" } }).Says("aw.csr.subject.cn"));
        Assert.Equal("unknown(LevelTooLow)", An.Event("create", "certificatesigningrequests", "Metadata").Says("aw.csr.subject.cn"));
    }

    [Fact]
    public void A_hostile_certificate_request_ends()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName("CN=x"), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("a.example");
        names.AddIpAddress(IPAddress.Parse("10.0.0.7"));
        request.CertificateExtensions.Add(names.Build());
        var der = request.CreateSigningRequest();
        var random = new Random(3);
        for (var round = 0; round < 3000; round++)
        {
            var changed = (byte[])der.Clone();
            for (var changes = random.Next(1, 5); changes > 0; changes--) changed[random.Next(changed.Length)] = (byte)random.Next(256);
            CertificateRequestFacts.TryRead(Encoding.ASCII.GetBytes(Convert.ToBase64String(changed)), out _);
        }

        Assert.True(CertificateRequestFacts.TryRead(Encoding.ASCII.GetBytes(Convert.ToBase64String(der)), out var facts));
        Assert.Equal(["a.example", "10.0.0.7"], facts.AlternativeNames);
    }

    [Fact]
    public void Credentials_and_the_caller_s_pod_come_from_extra_and_annotations()
    {
        var audit = An.Event("create", "serviceaccounts").With("objectRef.subresource", "token").Annotated("authentication.kubernetes.io/issued-credential-id", "JTI=new")
            .WithJson("user.extra", """{"authentication.kubernetes.io/credential-id":["JTI=old"],"authentication.kubernetes.io/pod-name":["p"],"authentication.kubernetes.io/pod-uid":["pu"],"authentication.kubernetes.io/node-name":["n"],"authentication.kubernetes.io/node-uid":["nu"]}""");
        Assert.Equal(["JTI=old", "JTI=new", "p", "pu", "n", "nu"], new[] { "aw.cred_id", "aw.issued_cred_id", "aw.caller.pod", "aw.caller.pod_uid", "aw.caller.node", "aw.caller.node_uid" }.Select(audit.Says));
        Assert.Equal("""["JTI=old"]""", audit.Says("user.extra.authentication.kubernetes.io/credential-id"));
        Assert.Equal("absent", An.Event("get", "pods").Says("aw.caller.pod"));
    }
}
