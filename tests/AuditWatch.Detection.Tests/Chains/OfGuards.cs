using static AuditWatch.Detection.Tests.Chains.Deeds;

namespace AuditWatch.Detection.Tests.Chains;

public sealed class OfGuards
{
    [Fact]
    public void A_pod_that_comes_in_where_pod_security_was_lowered_is_told()
    {
        Told.Once("pod-security-lowered-and-used", "critical", Label(0, "restricted"), Label(10, "privileged"), PrivilegedPod(60));
        Told.Once("pod-security-lowered-and-used", "critical", Label(10, null), PrivilegedPod(60));
        Told.Never("pod-security-lowered-and-used", Label(0, "restricted"), Label(10, "privileged"), PrivilegedPod(60, ns: "dev"));
        Told.Never("pod-security-lowered-and-used", PrivilegedPod(0), Label(60, "privileged"));
        Told.Never("pod-security-lowered-and-used", Label(10, "privileged"), Label(20, "privileged"), PrivilegedPod(4000));
        Told.Unknown("pod-security-lowered-and-used", "level_too_low", Label(10, "privileged").Blind(), PrivilegedPod(60));
        Told.Unknown("pod-security-lowered-and-used", "level_too_low", Label(10, "privileged"), PrivilegedPod(60).Blind());
    }

    [Fact]
    public void A_label_that_was_known_to_be_as_low_before_was_not_lowered() =>
        Told.Never("pod-security-lowered-and-used", Label(0, "privileged"), Label(3000, "privileged"), PrivilegedPod(3700));

    [Fact]
    public void A_label_that_is_put_back_afterwards_is_told_once_more()
    {
        Told.Once("pod-security-lowered-used-and-restored", "critical", Label(0, "restricted"), Label(10, "privileged"), PrivilegedPod(60), Label(120, "restricted"));
        Told.Never("pod-security-lowered-used-and-restored", Label(10, "privileged"), PrivilegedPod(60), Label(120, "privileged"));
        Told.Never("pod-security-lowered-used-and-restored", Label(10, "privileged"), Label(120, "restricted"), PrivilegedPod(160));
        Told.Unknown("pod-security-lowered-used-and-restored", "no_baseline", Label(10, "privileged"), PrivilegedPod(60), Label(120, "restricted").Blind());
    }

    [Fact]
    public void A_webhook_that_does_not_stay_is_told()
    {
        Told.Once("webhook-comes-and-goes", "high", Webhook(0), Webhook(600, "delete"));
        Told.Never("webhook-comes-and-goes", Webhook(0), Webhook(600, "delete").By("carol"));
        Told.Never("webhook-comes-and-goes", Webhook(0), Webhook(4000, "delete"));
        Told.Never("webhook-comes-and-goes", Webhook(0, "delete"), Webhook(600));
    }

    [Fact]
    public void A_secret_that_passes_a_webhook_to_the_outside_is_told()
    {
        Told.Once("webhook-in-the-middle", "critical", Webhook(0), WriteSecret(60).By("bob"));
        Told.Never("webhook-in-the-middle", WriteSecret(0).By("bob"), Webhook(60));
        Told.Never("webhook-in-the-middle", Webhook(0), WriteSecret(60).By("bob") with { Code = 403 });
        Told.Unknown("webhook-in-the-middle", "level_too_low", Webhook(0).Blind(), WriteSecret(60).By("bob"));
    }

    [Fact]
    public void A_guard_that_is_removed_before_the_deed_is_told()
    {
        var policy = new An { Id = "np", Verb = "delete", Resource = "networkpolicies", Group = "networking.k8s.io", Name = "default-deny", At = 0 };
        Told.Once("guards-removed-before-attack", "critical", policy, PrivilegedPod(60));
        Told.Never("guards-removed-before-attack", policy.By("bob"), PrivilegedPod(60));
        Told.Never("guards-removed-before-attack", policy with { At = 60 }, PrivilegedPod(0));
        Told.Unknown("guards-removed-before-attack", "level_too_low", policy, PrivilegedPod(60).Blind());
    }

    [Fact]
    public void The_broom_after_the_deed_is_told_once_however_many_strokes_it_takes()
    {
        Told.Once("tracks-covered", "critical", PrivilegedPod(0), DeleteEvents(60), DeleteEvents(61), DeleteEvents(62));
        Told.Never("tracks-covered", PrivilegedPod(0), DeleteEvents(60).By("bob"));
        Told.Never("tracks-covered", DeleteEvents(0), PrivilegedPod(60));
        Told.Unknown("tracks-covered", "level_too_low", PrivilegedPod(0).Blind(), DeleteEvents(60));
    }

    [Fact]
    public void A_webhook_that_fails_open_after_its_guard_was_stopped_is_told()
    {
        var removed = new An { Id = "guard", Verb = "delete", Resource = "deployments", Group = "apps", Namespace = "kyverno", Name = "kyverno-admission-controller", At = 0 };
        var passed = PrivilegedPod(60) with { Annotation = "failed-open.validating.webhook.admission.k8s.io/round_0_index_0" };
        Told.Once("guard-stopped-and-admission-open", "high", removed, passed);
        Told.Once("guard-stopped-and-admission-open", "high", removed, passed, passed with { Id = "second", Name = "other", At = 70 });
        Told.Never("guard-stopped-and-admission-open", removed, PrivilegedPod(60));
        Told.Never("guard-stopped-and-admission-open", removed with { Name = "shop" }, passed);
        Told.Never("guard-stopped-and-admission-open", removed, passed with { At = 700 });
        Told.Never("guard-stopped-and-admission-open", removed with { At = 90 }, passed);
    }

    [Fact]
    public void Pod_security_that_falls_below_what_was_set_is_told_however_it_is_written()
    {
        var again = Label(60, null) with { Verb = "update", Body = """{"kind":"Namespace","apiVersion":"v1","metadata":{"name":"prod","labels":{"team":"a"}}}""" };
        Told.Once("pod-security-lowered-from-what-was-set", "high", Label(0, "restricted"), Label(60, "baseline"));
        Told.Once("pod-security-lowered-from-what-was-set", "high", Label(0, "restricted"), again);
        Told.Never("pod-security-lowered-from-what-was-set", Label(0, "baseline"), Label(60, "restricted"));
        Told.Never("pod-security-lowered-from-what-was-set", Label(0, "restricted"), Label(60, "restricted"));
        Told.Never("pod-security-lowered-from-what-was-set", Label(0, "restricted", "dev"), Label(60, "baseline"));
        Told.Unknown("pod-security-lowered-from-what-was-set", "no_baseline", Label(0, "restricted"), Label(60, "baseline").Blind());
    }
}
