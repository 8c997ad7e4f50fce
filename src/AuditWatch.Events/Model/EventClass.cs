namespace AuditWatch.Events.Model;

/// <summary>
/// What kind of request an event tells of, to the last detail that a field lookup can tell apart without names, identities and bodies: which members it has, and
/// the words of level, stage, verb and object. Of two events of one class <see cref="AuditEvent.TryGetSettled"/> gives the same answers.
/// </summary>
public readonly record struct EventClass
{
    internal ulong Present { get; init; }

    internal ulong Strings { get; init; }

    internal int Verb { get; init; }

    internal int Resource { get; init; }

    internal int Subresource { get; init; }

    internal int ApiGroup { get; init; }

    internal uint Code { get; init; }

    internal AuditLevel Level { get; init; }

    internal AuditStage Stage { get; init; }

    internal EventHints Hints { get; init; }

    internal UInt128 AnnotationKeys { get; init; }

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = Present ^ (Strings * 0x9E37_79B9_7F4A_7C15);
        hash = (hash ^ (uint)Verb ^ (ulong)(uint)Resource << 32) * 0xD6E8_FEB8_6659_FD93;
        hash = (hash ^ hash >> 32 ^ (uint)Subresource ^ (ulong)(uint)ApiGroup << 32) * 0xD6E8_FEB8_6659_FD93;
        hash = (hash ^ hash >> 32 ^ (ulong)AnnotationKeys) * 0x9E37_79B9_7F4A_7C15;
        hash = (hash ^ hash >> 32 ^ Code ^ (ulong)Level << 32 ^ (ulong)Stage << 40 ^ (ulong)Hints << 48) * 0xD6E8_FEB8_6659_FD93;
        return (int)(hash >> 32);
    }
}

/// <summary>Few words that lookups look for in texts which otherwise say nothing about an event's class.</summary>
[Flags]
enum EventHints : ushort
{
    None = 0,

    /// <summary>The annotations hold the word <c>forbid</c> somewhere.</summary>
    Forbid = 1,

    /// <summary>The annotations hold the word <c>truncated</c> somewhere.</summary>
    Truncated = 2,

    /// <summary>The URI's query asks for a dry run.</summary>
    DryRun = 4,

    /// <summary>The audit id has the form of a UUID.</summary>
    UuidForId = 8,

    /// <summary>It was made of a log entry of Google, which lacks parts.</summary>
    OfGke = 16,

    /// <summary>Its stage is a guess.</summary>
    Unstaged = 32,

    /// <summary>The caller's credential is bound to a pod.</summary>
    CallerPod = 64,

    /// <summary>The caller's credential has an id.</summary>
    CredentialId = 128,
}
