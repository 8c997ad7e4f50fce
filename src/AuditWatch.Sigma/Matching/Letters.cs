using System.Text;

namespace AuditWatch.Sigma.Matching;

/// <summary>
/// Tells in one look at a short text which of many wanted texts cannot stand in it: of each the set of its characters is known, without case, as 64 bits. Only for
/// ASCII texts, in which nothing but the two cases of a letter is equal without case.
/// </summary>
internal readonly struct Letters
{
    // Of longer texts the set tells little.
    const int Longest = 256;

    // Looking at more than this many is not cheaper than asking.
    const int MostWays = 8;

    readonly ulong[]?[] _wanted;

    Letters(ulong[]?[] wanted) => _wanted = wanted;

    /// <summary>Of matchers, by what they need (<see cref="ValueMatcher.NeededTexts"/>). Null when every one must be asked about every text.</summary>
    public static Letters? Of(params IReadOnlyCollection<string>?[] needed)
    {
        var wanted = new ulong[]?[needed.Length];
        for (var i = 0; i < needed.Length; i++)
            if (needed[i] is { Count: > 0 and <= MostWays } texts && texts.All(t => Ascii.IsValid(t))) wanted[i] = [.. texts.Select(t => In(Encoding.ASCII.GetBytes(t)))];
        return Array.TrueForAll(wanted, w => w is null) ? null : new Letters(wanted);
    }

    /// <summary>Whether it can tell anything about the text; and the text's set.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out ulong found)
    {
        found = 0;
        if (text.Length > Longest || !Ascii.IsValid(text)) return false;
        found = In(text);
        return true;
    }

    /// <summary>Whether the matcher with this number may match a text of this set.</summary>
    public bool Admits(int matcher, ulong found)
    {
        if (_wanted[matcher] is not { } ways) return true;
        foreach (var way in ways)
            if ((way & ~found) == 0) return true;
        return false;
    }

    // The lower five bits of a character are those of its letter in either case; the sixth bit set is that of digits and signs.
    static ulong In(ReadOnlySpan<byte> text)
    {
        ulong found = 0;
        foreach (var c in text) found |= 1UL << (c >= 0x40 ? c & 0x1F : c & 0x3F);
        return found;
    }
}
