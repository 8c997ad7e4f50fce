using AuditWatch.Detection.EventLayer;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.Tests.EventLayer;

public sealed class Candidates
{
    [Fact]
    public void A_rule_that_the_table_leaves_out_is_false_on_the_event()
    {
        var set = Lab.Rules.For(new ClusterFacts());
        var e = new AuditEvent(Lab.Rules.Symbols);
        var view = new AuditEventView();
        var left = 0;
        foreach (var an in Variety())
            foreach (var cut in new[] { false, true })
            {
                Assert.True(e.TryRead(an.Event, new EventOrigin(1, 0, EnvelopeShape.Event, cut), new ClusterFacts(), 0, out _));
                view.Event = e;
                var candidates = set.Candidates.For(e).ToHashSet();
                foreach (var rule in set.Rules.Where(r => !candidates.Contains(r)))
                {
                    left++;
                    Assert.Equal(Truth.False, rule.Compiled.Evaluate(view).Truth);
                }
            }

        Assert.True(left > 1000);
    }

    [Fact]
    public void What_was_cut_away_leaves_no_rule_out()
    {
        var set = Lab.Rules.For(new ClusterFacts());
        var e = new AuditEvent(Lab.Rules.Symbols);
        var cut = """{"kind":"Event","auditID":"a","stage":"ResponseComplete","user":{"username":"alice"}}"""u8.ToArray();
        Assert.True(e.TryRead(cut, new EventOrigin(1, 0, EnvelopeShape.Event, true), new ClusterFacts(), 0, out _));
        Assert.Equal(set.Rules.Count, set.Candidates.For(e).Length);
    }

    [Fact]
    public void Any_number_of_resources_and_verbs_finds_its_cell()
    {
        var set = Lab.Rules.For(new ClusterFacts());
        var e = new AuditEvent(Lab.Rules.Symbols);
        for (var i = 0; i < 3000; i++)
        {
            Assert.True(e.TryRead(new An { Resource = "r" + (i % 700), Verb = "v" + (i % 31) }.Event, new EventOrigin(1, 0, EnvelopeShape.Event, false), new ClusterFacts(), 0, out _));
            Assert.Same(set.Candidates.For(e), set.Candidates.For(e));
        }
    }

    [Fact]
    public void The_credential_found_in_the_bytes_is_the_one_that_the_event_names()
    {
        var an = new An { Credential = "JTI=5f0d7a62-6f0e-4d0a-9a41-0d6d0b5f7c11" };
        var e = new AuditEvent(Lab.Rules.Symbols);
        Assert.True(e.TryRead(an.Event, new EventOrigin(1, 0, EnvelopeShape.Event, false), new ClusterFacts(), 0, out _));
        var extra = e.Ranges.Of(e.Utf8.Span, AuditWatch.Events.Scanning.HotField.UserExtra);
        Assert.Equal(TextHash.Of(e.CredentialId!), CredentialIdText.HashIn(extra));
        Assert.Equal(0UL, CredentialIdText.HashIn("{\"note\":[\"\\\"authentication.kubernetes.io/credential-id\\\":[\\\"JTI=x\\\"]\"]}"u8));
    }

    static IEnumerable<An> Variety() =>
        from resource in new[] { "pods", "secrets", "clusterrolebindings", "widgets" }
        from verb in new[] { "get", "create", "list", "patch", "delete" }
        from stage in new[] { "RequestReceived", "ResponseStarted", "ResponseComplete", "Panic" }
        from sub in new[] { null, "exec" }
        select new An { Resource = resource, Verb = verb, Stage = stage, Subresource = sub };
}
