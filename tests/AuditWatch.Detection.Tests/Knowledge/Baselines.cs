using System.Text;
using AuditWatch.Detection.Knowledge;
using static AuditWatch.Detection.Tests.Chains.Deeds;

namespace AuditWatch.Detection.Tests.Knowledge;

/// <summary>A snapshot says what was there before the journal, from its own time on, and nothing of before.</summary>
public sealed class Baselines : IDisposable
{
    const string Chain = "pod-security-lowered-and-used", Enforce = "pod-security.kubernetes.io/enforce";

    static readonly DateTimeOffset Noon = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    readonly string _folder = Directory.CreateTempSubdirectory("auditwatch-baseline-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_a_real_snapshot_says_of_a_namespace_keeps_a_real_log_from_raising_what_was_not_so()
    {
        // A namespace that was privileged all along is labelled so again, and a privileged pod comes in: a real API server's log, and its objects a moment before.
        var folder = Path.Combine(AppContext.BaseDirectory, "Knowledge", "Recorded");
        IReadOnlyList<ReadOnlyMemory<byte>> log = [.. File.ReadLines(Path.Combine(folder, "after.ndjson")).Select(l => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(l))];
        string[] files = [Path.Combine(folder, "snapshot.json")];
        Assert.Single(new Lab().Run(log, 10).Of(Chain));

        var baseline = ClusterBaseline.Read(files, DateTimeOffset.Parse("2026-11-25T08:30:15.533242Z", System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal((149, 1, true), (baseline.Count, baseline.PassedOver, baseline.HasAllBindings));
        var lab = new Lab(baseline: baseline).Run(log, 10);
        Assert.Empty(lab.Of(Chain));
        Assert.NotEmpty(lab.Of("privileged-container"));

        // Taken a minute later it says nothing of then.
        Assert.Single(new Lab(baseline: ClusterBaseline.Read(files, DateTimeOffset.Parse("2026-11-25T08:31:15Z", System.Globalization.CultureInfo.InvariantCulture))).Run(log, 10).Of(Chain));
        foreach (var secret in new[] { "FAKE-baseline", "RkFLRS1iYXNlbGluZS" }) Assert.DoesNotContain(secret, lab.SavedState, StringComparison.Ordinal);
        Assert.Contains("agent-84d478b477", lab.SavedState, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_alerts_come_out_however_the_journal_is_cut_and_whenever_the_worker_dies()
    {
        An[] history = [Label(-600, "restricted", "dev"), Label(10, "privileged"), PrivilegedPod(60), Label(300, "privileged", "dev"), PrivilegedPod(360, "late", "dev"), Label(900, "privileged", "ops"), PrivilegedPod(960, "ops", "ops")];
        IReadOnlyList<ReadOnlyMemory<byte>> events = [.. history.Select(e => e.Event)];
        var baseline = Read(Noon.AddSeconds(-1), Namespace("prod", "privileged"), Namespace("dev", "privileged"), Namespace("ops", "restricted"));
        var expected = new Lab(baseline: baseline).Run(events, 1);
        Assert.Equal(["dev", "ops"], expected.Of(Chain).Select(a => a.GroupBy!["namespace"]).Order());
        foreach (var size in new[] { 2, 100 }) Assert.Equal(expected.TextWithoutPlaces, new Lab(baseline: baseline).Run(events, size).TextWithoutPlaces);
        for (var seed = 0; seed < 12; seed++)
        {
            var random = new Random(seed);
            var lab = new Lab(baseline: baseline).Run(events, 1, () => random.Next(3) == 0);
            Assert.Equal(expected.Text, lab.Text);
        }
    }

    [Fact]
    public void What_the_log_tells_of_the_time_before_is_not_overwritten()
    {
        // Restricted by the log, whatever the snapshot says: it may have been taken before.
        var baseline = Read(Noon.AddSeconds(5), Namespace("prod", "privileged"));
        Assert.Single(new Lab(baseline: baseline).Run(Label(0, "restricted"), Label(10, "privileged"), PrivilegedPod(60)).Of(Chain));
        Assert.Empty(new Lab(baseline: baseline).Run(Label(10, "privileged"), PrivilegedPod(60)).Of(Chain));
    }

    [Fact]
    public void What_was_deleted_does_not_come_back_with_a_restart()
    {
        var baseline = Read(Noon.AddSeconds(-1), Namespace("prod", "privileged"));
        var gone = new An { Id = "gone", Verb = "delete", Resource = "namespaces", Namespace = "prod", Name = "prod", At = 0 };
        var lab = new Lab(baseline: baseline).Run(gone);
        lab.Reopen();
        // A namespace of the same name, which the log does not tell of: nothing is known of it.
        Assert.Single(lab.Run([.. new[] { Label(1000, "privileged"), PrivilegedPod(1060) }.Select(e => e.Event)], 1, segment: 1).Of(Chain));
    }

    [Fact]
    public void Another_snapshot_is_taken_only_where_nothing_after_it_was_judged()
    {
        An[] later = [Label(1000, "privileged"), PrivilegedPod(1060)];
        foreach (var (taken, expected) in new[] { (500, 0), (-500, 1) })
        {
            var lab = new Lab().Run(Label(0, "restricted", "dev"));
            lab.Baseline = Read(Noon.AddSeconds(taken), Namespace("prod", "privileged"));
            lab.Reopen();
            Assert.Equal(expected == 1, lab.Engine.Reasoning["lab"].BaselineIsTooOld);
            Assert.Equal(expected, lab.Run([.. later.Select(e => e.Event)], 1, segment: 1).Of(Chain).Count);
        }
    }

    [Fact]
    public void Pods_of_a_controller_that_was_there_before_are_known_to_be_its()
    {
        var set = """{"kind":"ReplicaSet","apiVersion":"apps/v1","metadata":{"name":"web-5d4f","namespace":"prod","uid":"u-2","ownerReferences":[{"apiVersion":"apps/v1","kind":"Deployment","name":"web","uid":"u-1","controller":true}]},"spec":{}}""";
        var knowledge = new ObjectKnowledge();
        knowledge.Await(Read(Noon.AddSeconds(-1), set));
        var pod = Histories.Facts(Workloads.PodOf(0, 1) with { Name = "web-5d4f-abcde", Verb = "delete" });
        Assert.Equal(new ObjectName("apps", "deployments", "prod", "web"), knowledge.Around(pod, null).Root);
        Assert.Null(knowledge.Around(pod, null).RootMadeBy);
    }

    [Fact]
    public void All_that_an_actor_holds_is_known_until_the_log_tells_of_a_binding_without_saying_whose()
    {
        var knowledge = new ObjectKnowledge();
        knowledge.Await(Read(Noon.AddSeconds(-1), Binding("everyone", "Group", "developers", "view"), RoleBinding("kube-system"), RoleBinding("kube-public")));
        var look = Histories.Facts(new An { At = 1 });
        Assert.True(knowledge.Around(look, null).ActorPowersAreAll);
        Assert.Equal(Sigma.Evaluation.Truth.False, knowledge.Around(look, null).ActorHolds(Powers.ReadSecrets));
        knowledge.Take(new ObjectNote(new ObjectName("rbac.authorization.k8s.io", "clusterrolebindings", null, "new")) { IsCreated = true, IsUnreadable = true }, look);
        Assert.Equal(Sigma.Evaluation.Truth.Unknown, knowledge.Around(look, null).ActorHolds(Powers.ReadSecrets));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("kube-public", false)]
    public void A_snapshot_of_one_namespace_is_not_taken_for_all_bindings(string missing, bool expected) =>
        Assert.Equal(expected, Read(Noon, [Binding("b", "User", "bob", "edit"), .. new[] { "kube-system", "kube-public" }.Where(n => n != missing).Select(RoleBinding)]).HasAllBindings);

    [Fact]
    public void Lists_of_the_server_say_in_their_own_kind_what_their_items_are_and_a_cut_one_is_not_all()
    {
        string List(string kind, string version, string metadata, params string[] items) => $$"""{"kind":"{{kind}}","apiVersion":"{{version}}","metadata":{ {{metadata}} },"items":[{{string.Join(",", items)}}]}""";
        var bare = """{"metadata":{"name":"dev","labels":{"pod-security.kubernetes.io/enforce":"baseline"}}}""";
        var baseline = Read(Noon, List("NamespaceList", "v1", "", bare), List("SecretList", "v1", "", """{"metadata":{"name":"s"}}"""));
        Assert.Equal((1, 1), (baseline.Count, baseline.PassedOver));
        Assert.Equal("baseline", Assert.Single(baseline.Objects).PodSecurity);
        string[] bindings = [Binding("b", "User", "bob", "edit"), RoleBinding("kube-system"), RoleBinding("kube-public")];
        Assert.True(Read(Noon, List("List", "v1", "", bindings)).HasAllBindings);
        Assert.False(Read(Noon, List("List", "v1", "\"continue\":\"abc\"", bindings)).HasAllBindings);
    }

    [Theory]
    [InlineData("apiVersion: v1\nkind: List\n", "is no JSON of Kubernetes objects (line 1). Take it with 'kubectl get … -o json'.")]
    [InlineData("[1]", "is no JSON of Kubernetes objects")]
    [InlineData("{\"items\":[]}", "is no JSON of Kubernetes objects")]
    [InlineData("{\"kind\":\"List\",\"items\":[", "is no JSON of Kubernetes objects")]
    public void What_is_no_snapshot_is_said(string text, string message)
    {
        var file = Path.Combine(_folder, "bad.json");
        File.WriteAllText(file, text);
        Assert.Contains(message, Assert.Throws<BaselineException>(() => ClusterBaseline.Read([file])).Message, StringComparison.Ordinal);
        Assert.Contains("There is no file", Assert.Throws<BaselineException>(() => ClusterBaseline.Read([file + ".not"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_time_it_counts_from_when_its_files_were_last_written_and_the_digest_tells_content_and_time()
    {
        var (a, b) = (Read(Noon, Namespace("a", "baseline")), Read(Noon, Namespace("a", "privileged")));
        Assert.NotEqual(a.Digest, b.Digest);
        Assert.NotEqual(a.Digest, Read(Noon.AddSeconds(1), Namespace("a", "baseline")).Digest);
        Assert.Equal(a.Digest, Read(Noon, Namespace("a", "baseline")).Digest);
        var file = Path.Combine(_folder, "0.json");
        File.SetLastWriteTimeUtc(file, Noon.UtcDateTime);
        Assert.Equal(a.TakenMicros, ClusterBaseline.Read([file]).TakenMicros);
    }

    ClusterBaseline Read(DateTimeOffset taken, params string[] objects)
    {
        // Objects one after another in one file, and the last in another.
        string[] files = [Path.Combine(_folder, "0.json"), Path.Combine(_folder, "1.json")];
        File.WriteAllText(files[0], string.Join("\n", objects[..^1].DefaultIfEmpty(objects[^1])));
        File.WriteAllText(files[1], objects[^1]);
        return ClusterBaseline.Read(files, taken);
    }

    static string Namespace(string name, string level) => $$$"""{"kind":"Namespace","apiVersion":"v1","metadata":{"name":"{{{name}}}","labels":{"{{{Enforce}}}":"{{{level}}}"} } }""";

    static string Binding(string name, string kind, string subject, string role) =>
        $$$"""{"kind":"ClusterRoleBinding","apiVersion":"rbac.authorization.k8s.io/v1","metadata":{"name":"{{{name}}}"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"{{{role}}}"},"subjects":[{"kind":"{{{kind}}}","name":"{{{subject}}}"}]}""";

    static string RoleBinding(string ns) =>
        $$$"""{"kind":"RoleBinding","apiVersion":"rbac.authorization.k8s.io/v1","metadata":{"name":"b","namespace":"{{{ns}}}"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"view"},"subjects":[{"kind":"User","name":"system:kube-scheduler"}]}""";
}
