using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Events.Model;
using AuditWatch.Storage.Index;

namespace AuditWatch.Investigation;

/// <summary>One request, put together from the stages that were seen of it.</summary>
internal sealed class StoryRequest(EventRow first, string? link)
{
    readonly List<EventRow> _stages = [first];

    public (string Cluster, string AuditId, long? Received) Key { get; } = KeyOf(first);

    public string? Link { get; private set; } = link;

    /// <summary>The latest stage knows how it ended.</summary>
    EventRow Last => _stages[^1];

    public static (string, string, long?) KeyOf(EventRow row) => (row.Cluster, row.AuditId, row.RequestReceivedMicros);

    /// <summary>Another stage, or the same again by another way; what is the entity's own needs no link.</summary>
    public void Join(EventRow row, string? link)
    {
        if (link is null) Link = null;
        if (_stages.Any(known => known.EventId == row.EventId)) return;
        _stages.Add(row);
        _stages.Sort((left, right) => (left.TimeMicros, left.Position).CompareTo((right.TimeMicros, right.Position)));
    }

    public TimelineEntry Tell() => new()
    {
        TimeMicros = _stages[0].TimeMicros,
        LastMicros = _stages[0].TimeMicros,
        Kind = "event",
        Cluster = Last.Cluster,
        Sentence = Sentence.Of(Facts()),
        Count = 1,
        Link = Link,
        Outcome = Last.Outcome,
        Code = Last.Code,
        User = Last.User,
        EffectiveUser = Last.EffectiveUser,
        CredentialId = Last.CredentialId,
        IssuedCredentialId = Last.IssuedCredentialId,
        ClientIp = Last.ClientIp,
        ExecCommand = Last.ExecCommand,
        AuditIds = [Last.AuditId],
        Evidence = [.. _stages.Select(stage => EvidencePosition.Journal(stage.Position.Segment, stage.Position.Frame, stage.Position.Index))],
    };

    EventFacts Facts() => new()
    {
        Cluster = Last.Cluster,
        AuditId = Last.AuditId,
        RequestReceivedMicros = Last.RequestReceivedMicros ?? 0,
        TimeMicros = Last.TimeMicros,
        EventId = Last.EventId.ToString(),
        Position = EvidencePosition.Journal(Last.Position.Segment, Last.Position.Frame, Last.Position.Index),
        Verb = Last.Verb,
        Resource = Last.Resource,
        Subresource = Last.Subresource,
        Namespace = Last.Namespace,
        Name = Last.Name,
        ApiGroup = Last.ApiGroup ?? "",
        Path = Last.ApiPath ?? "",
        User = Last.User,
        EffectiveUser = Last.EffectiveUser,
        Impersonated = Last.Impersonated,
        ClientIp = Last.ClientIp,
        AgentProduct = Last.UaProduct,
        Outcome = Enum.TryParse<Outcome>(Last.Outcome, ignoreCase: true, out var outcome) ? outcome : Outcome.Unknown,
    };
}
