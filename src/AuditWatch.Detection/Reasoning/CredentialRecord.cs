using System.Text.Json.Serialization;
using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Events.Model;

namespace AuditWatch.Detection.Reasoning;

/// <summary>What is remembered of one issued credential. Saved with the journal position.</summary>
sealed class CredentialRecord
{
    /// <summary>More addresses than this are not told apart: the oldest one is forgotten and would be reported again.</summary>
    public const int MostAddresses = 64;

    /// <summary>Its id, for instance <c>JTI=…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The request that issued it.</summary>
    public required MintRecord Mint { get; init; }

    /// <summary>The first address it was used from, unless that one cannot be where it lives.</summary>
    public string? Home { get; set; }

    /// <summary>All addresses seen, in order.</summary>
    public List<string> Addresses { get; set; } = [];

    /// <summary>Event time of the newest news of it.</summary>
    public long LastMicros { get; set; }

    /// <summary>Uses that wait in the reorder buffer, by address.</summary>
    [JsonIgnore]
    public Dictionary<string, SortKey> Waiting { get; } = new(StringComparer.Ordinal);
}

/// <summary>How a credential came to be.</summary>
sealed record MintRecord(
    string AuditId, long RequestReceivedMicros, long TimeMicros, TimeSource TimeSource, AuditStage Stage, string EventId, EvidencePosition Position, string? User, string? Ip)
{
    public static MintRecord Of(EventFacts e) =>
        new(e.AuditId, e.RequestReceivedMicros, e.TimeMicros, e.TimeSource, e.Stage, e.EventId, e.Position, e.User, e.ClientIp);

    [JsonIgnore]
    public bool ByKubelet => User?.StartsWith("system:node:", StringComparison.Ordinal) == true;
}
