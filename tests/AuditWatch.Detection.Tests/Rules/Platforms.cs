using AuditWatch.Detection.Tests.Chains;
using AuditWatch.Events.Model;
using AuditWatch.Testing;

namespace AuditWatch.Detection.Tests.Rules;

/// <summary>A platform's own identities are no persons under its profile, and only there, and only as long as nobody types with them.</summary>
public sealed class Platforms
{
    static readonly string Folder = Path.Combine(Checkout.Root, "detections", "filters");

    [Theory, InlineData("aks"), InlineData("eks"), InlineData("gke"), InlineData("rke2")]
    public void What_the_platform_writes_is_no_persons_deed(string profile)
    {
        var users = Identities(profile);

        Assert.True(users.Count >= 5);
        Assert.Empty(ToldOf(profile, users, "platform/v1", Writes));
        Assert.Equal([users[0]], ToldOf(profile, [users[0]], "kubectl/v1.33.0 (linux/amd64) kubernetes/a78aa47", Writes));
        Assert.Equal([users[0]], ToldOf(profile, [users[0]], "platform/v1", MintsForController));
    }

    [Fact]
    public void Elsewhere_they_are_as_anybody()
    {
        var users = new[] { "aks", "eks", "gke", "rke2" }.SelectMany(Identities).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(users, ToldOf("vanilla", users, "platform/v1", Writes));
    }

    [Fact]
    public void Every_platform_that_has_identities_of_its_own_is_there() =>
        Assert.Equal(["aks", "eks", "gke", "rke2"], Directory.EnumerateFiles(Folder, "platform-is-no-person.yml", SearchOption.AllDirectories).Select(f => Path.GetFileName(Path.GetDirectoryName(f))).Order(StringComparer.Ordinal));

    // Of whom anything is told.
    static List<string> ToldOf(string profile, IReadOnlyList<string> users, string agent, Func<int, An[]> work) =>
        [.. new Lab(cluster: new ClusterFacts { Profile = profile }).Run([.. users.SelectMany((user, i) => work(i * 100).Select(deed => deed with { User = user, Agent = agent }))]).Alerts.Select(a => a.Actor.User!).Distinct().Order(StringComparer.Ordinal)];

    static An[] Writes(int at) =>
    [
        Write(at, "daemonsets", "apps", "kube-system", """{"kind":"DaemonSet","apiVersion":"apps/v1","metadata":{"name":"platform"},"spec":{"template":{"spec":{"containers":[{"name":"c","image":"registry.k8s.io/c:1"}]}}}}"""),
        Write(at + 10, "priorityclasses", "scheduling.k8s.io", null, """{"kind":"PriorityClass","apiVersion":"scheduling.k8s.io/v1","metadata":{"name":"platform"},"value":10}"""),
        Write(at + 20, "flowschemas", "flowcontrol.apiserver.k8s.io", null, """{"kind":"FlowSchema","apiVersion":"flowcontrol.apiserver.k8s.io/v1","metadata":{"name":"platform"}}"""),
        Write(at + 30, "services", "", "kube-system", """{"kind":"Service","apiVersion":"v1","metadata":{"name":"platform"},"spec":{"type":"LoadBalancer"}}"""),
    ];

    static An[] MintsForController(int at) => [Deeds.Mint(at) with { Id = Uuid(at), Namespace = "kube-system", Name = "namespace-controller" }];

    static An Write(int at, string resource, string group, string? ns, string body) =>
        new() { Id = Uuid(at), Verb = "create", Resource = resource, Group = group, Namespace = ns, Name = "platform", Code = 201, At = at, Body = body, UserGroups = ["system:authenticated"] };

    static string Uuid(int at) => $"5f0d7a62-6f0e-4d0a-9a41-0d6d0b5f{at:x4}";

    static List<string> Identities(string profile)
    {
        var line = File.ReadLines(Path.Combine(Folder, profile, "platform-is-no-person.yml")).Single(l => l.TrimStart().StartsWith("user.username:", StringComparison.Ordinal));
        return [.. line[(line.IndexOf('[') + 1)..line.IndexOf(']')].Split(", ").Select(user => user.Trim('\'').Replace("*", "123", StringComparison.Ordinal))];
    }
}
