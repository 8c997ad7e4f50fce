using AuditWatch.Detection.EventLayer;

namespace AuditWatch.Detection.Reasoning;

/// <summary>What is remembered of one credential. Saved with the journal position.</summary>
sealed class CredentialRecord
{
    /// <summary>More addresses than this are not told apart: the oldest one is forgotten and would be reported again.</summary>
    public const int MostAddresses = 64;

    /// <summary>The request that issued it, if it was seen.</summary>
    public MintRecord? Mint { get; set; }

    /// <summary>The first address it was used from, unless that one cannot be where it lives.</summary>
    public string? Home { get; set; }

    /// <summary>All addresses seen, in order.</summary>
    public List<string> Addresses { get; set; } = [];

    /// <summary>Event time of the newest news of it.</summary>
    public long LastMicros { get; set; }
}

/// <summary>How a credential came to be.</summary>
sealed record MintRecord(EventFacts Event, bool ByKubelet)
{
    public string? Ip => Event.ClientIp;
}
