namespace AuditWatch.Storage.Index;

/// <summary>Texts for a database that takes UTF-8 only: half a surrogate pair becomes U+FFFD, as the index's rows have it.</summary>
internal static class Utf16
{
    public static string Whole(string text)
    {
        foreach (var c in text)
            if (char.IsSurrogate(c)) return System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));
        return text;
    }
}
