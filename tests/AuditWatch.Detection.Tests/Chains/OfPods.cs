using static AuditWatch.Detection.Tests.Chains.Deeds;

namespace AuditWatch.Detection.Tests.Chains;

public sealed class OfPods
{
    [Fact]
    public void Whoever_enters_the_pod_with_power_over_its_node_that_they_asked_for_is_told()
    {
        Told.Once("privileged-pod-entered", "critical", PrivilegedPod(0), Exec(60, "tool"));
        Told.Never("privileged-pod-entered", PrivilegedPod(0), Exec(60, "tool").By("bob"));
        Told.Never("privileged-pod-entered", PrivilegedPod(0), Exec(60, "other"));
        Told.Never("privileged-pod-entered", PrivilegedPod(0), Exec(4000, "tool"));
        Told.Unknown("privileged-pod-entered", "level_too_low", PrivilegedPod(0).Blind(), Exec(60, "tool"));
    }

    [Fact]
    public void Owners_lead_from_the_pod_that_is_entered_to_the_deployment_that_was_asked_for()
    {
        Told.Once("privileged-pod-entered", "critical", [.. Workloads.Rollout(), Exec(60, "web-5d4f-x7k2p").By("dave")]);
        Told.Never("privileged-pod-entered", [.. Workloads.Rollout(), Exec(60, "web-5d4f-x7k2p").By("bob")]);
        Told.Unknown("privileged-pod-entered", "no_baseline", [.. Workloads.Rollout()[1..], Exec(60, "web-5d4f-x7k2p").By("dave")]);
    }

    [Fact]
    public void In_down_and_out_is_told()
    {
        Told.Once("privileged-pod-used-and-removed", "critical", PrivilegedPod(0), Exec(60, "tool"), DeletePod(300, "tool"));
        Told.Never("privileged-pod-used-and-removed", PrivilegedPod(0), DeletePod(300, "tool"));
        Told.Never("privileged-pod-used-and-removed", PrivilegedPod(0), Exec(60, "other"), DeletePod(300, "other"));
        Told.Unknown("privileged-pod-used-and-removed", "level_too_low", PrivilegedPod(0).Blind(), Exec(60, "tool"), DeletePod(300, "tool"));
    }

    [Fact]
    public void A_secret_that_is_read_by_way_of_a_new_pod_is_told()
    {
        Told.Once("secret-taken-through-new-pod", "high", BareSecretPod(0), Exec(60, "peek"));
        Told.Once("secret-taken-through-new-pod", "high", BareSecretPod(0), Log(60, "peek"));
        Told.Never("secret-taken-through-new-pod", BareSecretPod(0), Exec(60, "peek").By("bob"));
        Told.Never("secret-taken-through-new-pod", BareSecretPod(0), Exec(60, "web-1"));
        Told.Unknown("secret-taken-through-new-pod", "level_too_low", BareSecretPod(0).Blind(), Exec(60, "peek"));
    }

    [Fact]
    public void Looking_around_and_then_taking_is_told()
    {
        An[] refused = [.. Enumerable.Range(0, 10).Select(i => Look(i) with { Resource = "res" + i, Code = 403, Namespace = "ns" + i })];
        Told.Once("looked-around-then-took", "high", [.. refused, ReadSecrets(60)]);
        Told.Never("looked-around-then-took", [.. refused, ReadSecrets(60).By("bob")]);
        Told.Never("looked-around-then-took", [.. refused, ReadSecrets(60).From("10.9.9.9")]);
        Told.Never("looked-around-then-took", [.. refused.Take(3), ReadSecrets(60)]);
    }

    [Fact]
    public void An_address_that_failed_to_log_in_and_then_gets_in_is_told()
    {
        An[] failed = [.. Enumerable.Range(0, 25).Select(i => Look(i) with { Id = "401-" + i, User = "", UserGroups = [], Code = 401, Ip = Thief, Message = "Authentication failed, attempted: bearer" })];
        Told.Once("probed-then-got-in", "high", [.. failed, ReadSecrets(60).From(Thief)]);
        Told.Never("probed-then-got-in", [.. failed, ReadSecrets(60)]);
        Told.Never("probed-then-got-in", [.. failed.Take(5), ReadSecrets(60).From(Thief)]);
        Told.Never("probed-then-got-in", [ReadSecrets(0).From(Thief), .. failed]);
    }
}
