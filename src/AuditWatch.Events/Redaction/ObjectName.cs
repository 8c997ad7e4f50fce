namespace AuditWatch.Events.Redaction;

/// <summary>Tells the name of a Kubernetes object from a secret, where both may stand.</summary>
internal static class ObjectName
{
    /// <summary>Whether the text reads like a name that a person gave: lower-case words, few digits.</summary>
    public static bool Looks(ReadOnlySpan<byte> text)
    {
        if (text.Length is 0 or > 63) return false;
        var (digits, longest, word) = (0, 0, 0);
        foreach (var b in text)
        {
            if (b is (byte)'-' or (byte)'.' or (byte)'/') { word = 0; continue; }
            if (!char.IsAsciiLetterLower((char)b) && !char.IsAsciiDigit((char)b)) return false;
            if (char.IsAsciiDigit((char)b)) digits++;
            longest = Math.Max(longest, ++word);
        }
        return longest <= 16 && digits * 5 <= text.Length;
    }
}
