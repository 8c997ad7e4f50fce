namespace AuditWatch.Detection.EventLayer;

/// <summary>The names that Kubernetes gives service accounts and their groups.</summary>
static class ServiceAccountName
{
    public const string Prefix = "system:serviceaccount:", GroupPrefix = "system:serviceaccounts:";

    static ReadOnlySpan<byte> PrefixUtf8 => "system:serviceaccount:"u8;

    /// <summary>The namespace of <c>system:serviceaccount:NAMESPACE:NAME</c>; null for anybody else.</summary>
    public static string? NamespaceOf(string user)
    {
        if (!user.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        var end = user.IndexOf(':', Prefix.Length);
        return end < 0 ? null : user[Prefix.Length..end];
    }

    /// <summary>Hash of the namespace's group (as <see cref="GroupHash(string)"/> of its name) for a service account, else 0.</summary>
    public static ulong GroupHash(ReadOnlySpan<byte> user)
    {
        if (!user.StartsWith(PrefixUtf8)) return 0;
        var rest = user[PrefixUtf8.Length..];
        var end = rest.IndexOf((byte)':');
        return end <= 0 ? 0 : TextHash.Of(rest[..end]);
    }

    /// <summary>The same hash for a group <c>system:serviceaccounts:NAMESPACE</c>; 0 for any other group.</summary>
    public static ulong GroupHash(string group) => group.StartsWith(GroupPrefix, StringComparison.Ordinal) ? TextHash.Of(group[GroupPrefix.Length..]) : 0;
}
