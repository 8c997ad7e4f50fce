namespace AuditWatch.Storage.Index;

/// <summary>Columns that hold one text (null: absent). The order is that of the storage.</summary>
internal enum TextColumn
{
    Cluster, AuditId, Verb, User, ImpersonatedUser, ClientIp, UserAgent, ApiGroup, ApiVersion, Resource, Subresource, Namespace, Name, ObjectUid, RequestUri,
    Reason, DecisionReason, CredentialId, IssuedCredentialId, CallerPod, CallerNode, ExecCommand,
    Count,
}

/// <summary>Columns that hold one of a few words, as the word's number from 1 (0: absent).</summary>
internal enum WordColumn
{
    Stage, Level, Outcome, Decision, ListScope, TimeSource,
    Count,
}

/// <summary>Columns that hold texts.</summary>
internal enum ListColumn
{
    UserGroups, SourceIps,
    Count,
}

/// <summary>Columns that hold a whole number.</summary>
internal enum NumberColumn
{
    Code, Bytes, Segment, Frame, Index,
    Count,
}

/// <summary>Columns that hold yes or no.</summary>
internal enum FlagColumn
{
    Impersonated, DryRun,
    Count,
}

/// <summary>The words of the <see cref="WordColumn"/>s.</summary>
internal static class EventWords
{
    public static readonly string[][] Of =
    [
        ["RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"],
        ["Metadata", "Request", "RequestResponse"],
        ["unknown", "success", "denied", "failure"],
        ["allow", "forbid"],
        ["cluster", "namespace"],
        ["stage", "request_received", "envelope", "receipt"],
    ];

    public static byte NumberOf(WordColumn column, string? word) => word is null ? (byte)0 : (byte)(Array.IndexOf(Of[(int)column], word) + 1);
}
