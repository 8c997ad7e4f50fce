namespace AuditWatch.Detection.Incidents;

/// <summary>Something by which alerts hang together.</summary>
/// <param name="Kind">In which way.</param>
/// <param name="Key">What they share.</param>
/// <param name="Text">How to call it.</param>
sealed record CaseLink(LinkKind Kind, string Key, string Text)
{
    const long Hour = 3_600_000_000;

    /// <summary>How long after the last step that had it another one may follow.</summary>
    public long ReachMicros => Kind is LinkKind.Credential or LinkKind.Identity ? Hour : 24 * Hour;

    public string Id => $"{(char)('a' + (int)Kind)}/{Key}";
}

/// <summary>In which way alerts hang together.</summary>
enum LinkKind
{
    /// <summary>The same request.</summary>
    Request,
    /// <summary>A credential: the same one, or one that was minted in the case.</summary>
    Credential,
    /// <summary>The same user, where the log names no credential.</summary>
    Identity,
    /// <summary>Rights that were granted in the case.</summary>
    Grant,
    /// <summary>A token that was minted in the case.</summary>
    Mint,
    /// <summary>An object, or what it owns.</summary>
    Object,
    /// <summary>A pod whose token acts.</summary>
    Pod,
    /// <summary>A certificate that was asked for in the case.</summary>
    Certificate,
}
