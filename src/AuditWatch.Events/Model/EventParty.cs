namespace AuditWatch.Events.Model;

/// <summary>What makes up a party.</summary>
[Flags]
public enum PartyParts : byte
{
    /// <summary>Nothing of it.</summary>
    None = 0,

    /// <summary>user.username</summary>
    User = 1,

    /// <summary>userAgent</summary>
    Agent = 2,

    /// <summary>user.groups</summary>
    Groups = 4,

    /// <summary>What is known of the addresses.</summary>
    Addresses = 8,
}

/// <summary>
/// Who asks, with what, and from what kind of place, as symbols, as far as it was asked for. Most traffic is robots that repeat themselves, so there are few of them.
/// </summary>
public readonly record struct EventParty
{
    internal int User { get; init; }

    internal int Agent { get; init; }

    internal int Groups { get; init; }

    internal int Addresses { get; init; }

    /// <summary>Parts of it alone.</summary>
    public EventParty Only(PartyParts parts) => new()
    {
        User = (parts & PartyParts.User) != 0 ? User : -1,
        Agent = (parts & PartyParts.Agent) != 0 ? Agent : -1,
        Groups = (parts & PartyParts.Groups) != 0 ? Groups : -1,
        Addresses = (parts & PartyParts.Addresses) != 0 ? Addresses : 0,
    };

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = ((uint)User ^ (ulong)(uint)Agent << 32) * 0x9E37_79B9_7F4A_7C15;
        hash = (hash ^ hash >> 32 ^ (uint)Groups ^ (ulong)(uint)Addresses << 32) * 0xD6E8_FEB8_6659_FD93;
        return (int)(hash >> 32);
    }
}
