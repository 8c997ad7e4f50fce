using System.Buffers;
using System.Text;

namespace AuditWatch.Events.Redaction;

/// <summary>The shapes of secrets that tell themselves, and the judgement of a <see cref="SecretTriggers"/> candidate.</summary>
internal static class SecretShapes
{
    static readonly SearchValues<byte> Base64Url = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8);
    static readonly SearchValues<byte> TokenBytes = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~+/="u8);
    static readonly SearchValues<byte> Base64 = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="u8);
    static readonly SearchValues<byte> UpperDigits = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"u8);

    /// <summary>Prefixes that vendors give their keys, and how many characters at least follow.</summary>
    static readonly (byte[] Prefix, int AtLeast)[] Vendors =
    [
        ("github_pat_"u8.ToArray(), 20), ("ghp_"u8.ToArray(), 20), ("gho_"u8.ToArray(), 20), ("ghu_"u8.ToArray(), 20), ("ghs_"u8.ToArray(), 20), ("ghr_"u8.ToArray(), 20),
        ("npm_"u8.ToArray(), 30), ("dop_v1_"u8.ToArray(), 30), ("dckr_pat_"u8.ToArray(), 20), ("sk_live_"u8.ToArray(), 10), ("rk_live_"u8.ToArray(), 10), ("sk_test_"u8.ToArray(), 10),
        ("xoxb-"u8.ToArray(), 10), ("xoxp-"u8.ToArray(), 10), ("xoxa-"u8.ToArray(), 10), ("xoxr-"u8.ToArray(), 10), ("xoxs-"u8.ToArray(), 10), ("xoxe-"u8.ToArray(), 10),
        ("AIza"u8.ToArray(), 30), ("ya29."u8.ToArray(), 20), ("sk-ant-"u8.ToArray(), 16), ("sk-proj-"u8.ToArray(), 16), ("glpat-"u8.ToArray(), 16), ("hvs."u8.ToArray(), 20),
        ("SG."u8.ToArray(), 30),
    ];

    /// <summary>Whether the candidate at <paramref name="at"/> is worth the slow way. Generous: the slow way decides.</summary>
    public static bool At(ReadOnlySpan<byte> text, int at)
    {
        var here = text[at..];
        switch (here[0])
        {
            case (byte)'@': return UserInfo.Find(text, at, out _, out _);
            case (byte)'\\': return here.Length > 4 && here.StartsWith("\\u00"u8) && here[4] is >= (byte)'4' and <= (byte)'7';
            case (byte)'e' when here.StartsWith("eyJ"u8): return JwtLength(here) > 0;
            case (byte)'n' when here.StartsWith("nv/"u8): return at > 1 && text[at - 1] == 'e' && text[at - 2] is (byte)'/' or (byte)'1';
            case (byte)'E' when here.StartsWith("EGI"u8): return here[..Math.Min(here.Length, 48)].IndexOf("PRIVATE"u8) > 0;
            case (byte)'Z' when here.StartsWith("ZXlK"u8): return true;
            case (byte)'L' when here.StartsWith("LS0t"u8): return IsBase64OfPrivateKey(here);
            case (byte)'K' or (byte)'S' or (byte)'B' when here.Length > 2 && here[1] == 'I': return at > 0 && AwsKeyLength(text, at - 1) > 0;
        }
        if (here.Length > 2 && here[1] == '-' && here[2] is (byte)'p' or (byte)'u' or (byte)'a' or (byte)'w' or (byte)'P') return CommandLine.Wakes(text, at);
        if (Starts(here, "arer") || Starts(here, "asic")) return at > 0 && (Starts(text[Math.Max(0, at - 2)..], "bearer") || Starts(text[(at - 1)..], "basic")) && SchemeFollows(here[4..]);
        return IsVendorMark(here) ? VendorKeyNear(text, at) : NamedValue.Wakes(text, at);
    }

    static bool SchemeFollows(ReadOnlySpan<byte> after) => after.Length > 1 && after[0] is (byte)' ' or (byte)'%' or (byte)'+' or (byte)':' or (byte)'=' or (byte)'\\' or (byte)'\t' or (byte)'"';

    static bool IsVendorMark(ReadOnlySpan<byte> here) =>
        here.Length > 2 && (here[1] == '_' || here[2] is (byte)'_' or (byte)'.' || here.StartsWith("sk-"u8) || here.StartsWith("xox"u8) || here.StartsWith("AIz"u8) || here.StartsWith("glp"u8) || here.StartsWith("ya2"u8) || here.StartsWith("hvs"u8));

    static bool VendorKeyNear(ReadOnlySpan<byte> text, int at)
    {
        for (var start = at; start >= 0 && start > at - 11; start--)
            if (VendorKeyLength(text, start) > 0) return true;
        return false;
    }

    /// <summary>Length of a JSON Web Token (two parts at least) that begins here, or 0.</summary>
    public static int JwtLength(ReadOnlySpan<byte> text)
    {
        if (!text.StartsWith("eyJ"u8)) return 0;
        var n = Run(text, Base64Url);
        if (n < 10 || n >= text.Length || text[n] != '.') return 0;
        var parts = 1;
        while (n < text.Length && text[n] == '.' && parts < 5)
        {
            n += 1 + Run(text[(n + 1)..], Base64Url);
            parts++;
        }
        return parts >= 3 || n > 24 ? n : 0;
    }

    /// <summary>Length of an AWS access key id that begins here, or 0.</summary>
    public static int AwsKeyLength(ReadOnlySpan<byte> text, int at)
    {
        var here = text[at..];
        if (!(here.StartsWith("AKIA"u8) || here.StartsWith("ASIA"u8) || here.StartsWith("ABIA"u8)) || IsInsideWord(text, at)) return 0;
        var n = Run(here, UpperDigits);
        return n is >= 16 and <= 32 ? n : 0;
    }

    /// <summary>Length of a key with a vendor's prefix that begins here, or 0.</summary>
    public static int VendorKeyLength(ReadOnlySpan<byte> text, int at)
    {
        if (IsInsideWord(text, at)) return 0;
        var here = text[at..];
        foreach (var (prefix, atLeast) in Vendors)
        {
            if (here[0] != prefix[0] || !here.StartsWith(prefix)) continue;
            var n = Run(here[prefix.Length..], prefix[^1] == '.' && prefix[0] == 'S' ? TokenBytes : Base64Url);
            if (n >= atLeast) return prefix.Length + n;
        }
        return 0;
    }

    /// <summary>Length of the run of characters that a bearer token may have.</summary>
    public static int TokenLength(ReadOnlySpan<byte> text) => Run(text, TokenBytes);

    /// <summary>Length of the run of base64 characters, padding included.</summary>
    public static int Base64Length(ReadOnlySpan<byte> text) => Run(text, Base64);

    /// <summary>Whether a token's text is no word of a sentence: long, or with a character that is no letter.</summary>
    public static bool LooksLikeToken(ReadOnlySpan<byte> token)
    {
        if (token.Length < 6) return false;
        foreach (var b in token.TrimEnd("."u8))
            if (!char.IsAsciiLetterLower((char)b)) return true;
        return token.Length >= 20;
    }

    /// <summary>Whether base64 text decodes to <c>user:password</c>.</summary>
    public static bool IsBasicCredential(ReadOnlySpan<byte> base64)
    {
        Span<byte> decoded = stackalloc byte[96];
        base64 = base64.TrimEnd((byte)'=');
        var head = base64[..Math.Min(base64.Length & ~3, 128)];
        if (head.Length < 4 || System.Buffers.Text.Base64.DecodeFromUtf8(head, decoded, out _, out var n, isFinalBlock: false) is not (OperationStatus.Done or OperationStatus.NeedMoreData)) return false;
        return decoded[..n].Contains((byte)':') && decoded[..n].IndexOfAnyInRange((byte)0, (byte)31) < 0;
    }

    /// <summary>Whether base64 text begins with a PEM block that holds a private key.</summary>
    public static bool IsBase64OfPrivateKey(ReadOnlySpan<byte> base64)
    {
        Span<byte> decoded = stackalloc byte[48];
        var head = base64[..(Math.Min(base64.Length, 64) & ~3)];
        if (head.Length == 0) return false;
        _ = System.Buffers.Text.Base64.DecodeFromUtf8(head, decoded, out _, out var n, isFinalBlock: false);
        return decoded[..n].IndexOf("PRIVATE"u8) > 0;
    }

    /// <summary>Whether the byte before continues a word, so that what begins here is only a part of something.</summary>
    public static bool IsInsideWord(ReadOnlySpan<byte> text, int at) => at > 0 && (char.IsAsciiLetterOrDigit((char)text[at - 1]) || text[at - 1] is (byte)'_' or (byte)'/' or (byte)'+') && !IsEscapeLetter(text, at - 1);

    /// <summary>Case-insensitive start.</summary>
    public static bool Starts(ReadOnlySpan<byte> text, string word) => text.Length >= word.Length && Ascii.EqualsIgnoreCase(text[..word.Length], word);

    // The n of a JSON "\n" is no letter of a word.
    static bool IsEscapeLetter(ReadOnlySpan<byte> text, int at) => at > 0 && text[at - 1] == '\\' && text[at] is (byte)'n' or (byte)'t' or (byte)'r';

    static int Run(ReadOnlySpan<byte> text, SearchValues<byte> allowed)
    {
        var n = text.IndexOfAnyExcept(allowed);
        return n < 0 ? text.Length : n;
    }
}
