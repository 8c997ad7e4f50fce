namespace AuditWatch.Storage.State;

/// <summary>What is kept of an API token; the token itself is shown once and kept nowhere.</summary>
/// <param name="Id">Names it where it is listed and revoked; proves nothing.</param>
/// <param name="Name">The principal that it speaks for.</param>
/// <param name="Roles">What it may do, as whoever made it wrote it down.</param>
/// <param name="CreatedMicros">When it was made, microseconds since 1970.</param>
/// <param name="CreatedBy">Who made it.</param>
/// <param name="ExpiresMicros">From when on it is worth nothing; null: it does not end.</param>
/// <param name="RevokedMicros">When it was taken back; null: it was not.</param>
public sealed record ApiToken(string Id, string Name, string Roles, long CreatedMicros, string CreatedBy, long? ExpiresMicros, long? RevokedMicros)
{
    /// <summary>Whether it is worth something at this time.</summary>
    public bool HoldsAt(long micros) => RevokedMicros is null && (ExpiresMicros is not { } end || micros < end);
}
