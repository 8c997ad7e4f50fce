namespace AuditWatch.Detection.EventLayer;

/// <summary>
/// Finds the credential's id in <c>user.extra</c> without reading the object. The text with its quotes cannot stand inside of a JSON string, where each would be
/// escaped. Ids (<c>JTI=…</c>, <c>X509SHA256=…</c>) hold nothing that JSON escapes.
/// </summary>
static class CredentialIdText
{
    static ReadOnlySpan<byte> Key => "\"authentication.kubernetes.io/credential-id\""u8;

    /// <summary>The id's hash, as <see cref="TextHash.Of(string)"/> gives it; 0 when there is none.</summary>
    public static ulong HashIn(ReadOnlySpan<byte> extra)
    {
        var at = extra.IndexOf(Key);
        if (at < 0) return 0;
        var rest = extra[(at + Key.Length)..].TrimStart(": \t\r\n["u8);
        if (rest.IsEmpty || rest[0] != '"') return 0;
        var end = rest[1..].IndexOf((byte)'"');
        return end <= 0 ? 0 : TextHash.Of(rest.Slice(1, end));
    }
}
