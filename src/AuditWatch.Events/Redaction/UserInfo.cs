using System.Buffers;

namespace AuditWatch.Events.Redaction;

/// <summary>The password in <c>scheme://user:password@host</c>.</summary>
internal static class UserInfo
{
    const int Reach = 512;

    static readonly SearchValues<byte> Ends = SearchValues.Create(" \t\r\n\"<>"u8);

    /// <summary>In a text that was cut off: a password that the end came before its <c>@</c>.</summary>
    public static bool FindUnfinished(ReadOnlySpan<byte> text, out int start)
    {
        start = 0;
        var slashes = text.LastIndexOf("://"u8);
        if (slashes < 0) return false;
        var info = text[(slashes + 3)..];
        var colon = info.IndexOf((byte)':');
        if (colon < 0 || info.ContainsAny(Ends) || info.IndexOfAny("/?#@"u8) >= 0 || info[(colon + 1)..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0) return false;
        start = slashes + 3 + colon + 1;
        return true;
    }

    /// <summary>Judges an <c>@</c>: whether a password ends there, and where it begins.</summary>
    public static bool Find(ReadOnlySpan<byte> text, int at, out int start, out int end)
    {
        (start, end) = (0, at);
        if (text[(at + 1)..].StartsWith("sha256:"u8)) return false;
        var from = Math.Max(0, at - Reach);
        var slashes = text[from..at].LastIndexOf("://"u8);
        if (slashes < 0) return false;
        var authority = from + slashes + 3;
        var info = text[authority..at];
        if (info.IndexOfAny(Ends) >= 0) return false;
        var colon = info.IndexOf((byte)':');
        if (colon < 0 || colon == info.Length - 1) return false;
        var slash = info.IndexOfAny("/?#"u8);
        if (slash >= 0 && slash < colon) return false;             // the colon is in the path
        // "https://host:8080/path@v2" is a port and a path; "postgres://app:pa/ss@db" is a password with a slash.
        if (slash > colon && info[(colon + 1)..slash].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0) return false;
        start = authority + colon + 1;
        return true;
    }
}
