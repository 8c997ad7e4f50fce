using AuditWatch.Detection.EventLayer;
using AuditWatch.Events;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Model;

namespace AuditWatch.Detection.Tests;

/// <summary>Small histories of a cluster.</summary>
static class Histories
{
    const string Thief = "203.0.113.200", Account = "system:serviceaccount:ci:deployer";

    /// <summary>A token is minted by a person and used elsewhere to read secrets.</summary>
    public static An[] StolenToken(double at = 0, string token = "JTI=1", string suffix = "") =>
    [
        An.Mint(at, "dave", "198.51.100.77", token, "mint" + suffix),
        new() { Id = "look" + suffix, User = Account, Credential = token, Ip = Thief, Verb = "list", Resource = "namespaces", Namespace = null, Name = null, At = at + 1 },
        new() { Id = "read" + suffix, User = Account, Credential = token, Ip = Thief, Verb = "list", Namespace = "kube-system", Name = null, At = at + 2 },
        new() { Id = "again" + suffix, User = Account, Credential = token, Ip = Thief, Verb = "list", Namespace = "prod", Name = null, At = at + 3 },
    ];

    /// <summary>An account is bound to cluster-admin, looks around, and creates a pod.</summary>
    public static An[] FreshPrivilege(double at = 0, string suffix = "") =>
    [
        An.Binding(at, "bind" + suffix),
        new() { Id = "look2" + suffix, User = Account, Verb = "list", Resource = "nodes", Namespace = null, Name = null, At = at + 5 },
        An.Pod(at + 6, "pod" + suffix),
    ];

    /// <summary>An exec session in three stages.</summary>
    public static An[] ExecInStages(double at = 0, string id = "exec-1") =>
    [
        An.Exec(at, id) with { Stage = "RequestReceived" },
        An.Exec(at + 0.1, id) with { Stage = "ResponseStarted", ReceivedAt = at },
        An.Exec(at + 30, id) with { Stage = "ResponseComplete", ReceivedAt = at },
    ];

    public static An[] Everything() =>
        [.. new[] { StolenToken(), FreshPrivilege(10), ExecInStages(20), StolenToken(60, "JTI=2", "-2"), FreshPrivilege(100, "-2") }.SelectMany(h => h).OrderBy(e => e.At)];

    public static EventFacts Facts(An an)
    {
        var e = new AuditEvent(new SymbolTable());
        Assert.True(e.TryRead(an.Event, new EventOrigin(0, 0, EnvelopeShape.Event, false), new ClusterFacts(), 0, out _));
        return new EventFacts
        {
            Cluster = "lab", AuditId = e.AuditId, RequestReceivedMicros = e.RequestReceivedMicros, TimeMicros = e.TimeMicros, EventId = EventId.Of("lab", e.Utf8.Span).ToString(),
            Position = default, Verb = e.Verb, Resource = e.Resource, Subresource = e.Subresource, Namespace = e.Namespace, Name = e.Name, User = e.UserName,
            EffectiveUser = e.EffectiveUser, ClientIp = e.ClientIp, AgentProduct = e.AgentProduct, Outcome = e.Outcome, CredentialId = e.CredentialId,
        };
    }
}
