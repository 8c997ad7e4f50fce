using System.Globalization;

namespace AuditWatch.Sigma.Matching;

/// <summary>
/// A regular expression that says for each character of a text of one length which ASCII characters may stand there (<c>^[0-9a-f]{8}-[0-9a-f]{4}$</c>), as ids and
/// digests are described: told without searching. Only yes is said; everything else is left to the expression.
/// </summary>
internal sealed class FixedShape
{
    const int Longest = 256;
    const string Special = @".*+?()[]{}|^$\#";

    readonly UInt128[] _allowed;

    FixedShape(UInt128[] allowed) => _allowed = allowed;

    /// <summary>Null when the pattern is of any other kind.</summary>
    public static FixedShape? Of(string pattern)
    {
        if (pattern.Length < 3 || pattern[0] != '^' || pattern[^1] != '$') return null;
        var allowed = new List<UInt128>();
        for (var at = 1; at < pattern.Length - 1;)
        {
            if (!TryCharacters(pattern, ref at, out var set) || !TryCount(pattern, ref at, out var count) || allowed.Count + count > Longest) return null;
            allowed.AddRange(Enumerable.Repeat(set, count));
        }

        return allowed.Count == 0 ? null : new FixedShape([.. allowed]);
    }

    public bool Holds(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length != _allowed.Length) return false;
        for (var i = 0; i < utf8.Length; i++)
            if (utf8[i] >= 128 || ((_allowed[i] >> utf8[i]) & UInt128.One) == UInt128.Zero) return false;
        return true;
    }

    static bool TryCharacters(string pattern, ref int at, out UInt128 set)
    {
        set = UInt128.Zero;
        if (pattern[at] != '[') return TryOne(pattern[at++], ref set);
        var close = pattern.IndexOf(']', at);
        if (close <= at + 1 || pattern[at + 1] == '^') return false;
        for (at++; at < close; at++)
        {
            var from = pattern[at];
            if (!char.IsAsciiLetterOrDigit(from)) return false;
            var to = from;
            if (at + 2 < close && pattern[at + 1] == '-')
            {
                to = pattern[at + 2];
                if (!char.IsAsciiLetterOrDigit(to) || to < from) return false;
                at += 2;
            }

            for (var c = from; c <= to; c++) set |= UInt128.One << c;
        }

        at = close + 1;
        return true;
    }

    static bool TryOne(char c, ref UInt128 set)
    {
        set = UInt128.One << (c & 0x7F);
        return c is > ' ' and < '\x7F' && !Special.Contains(c);
    }

    static bool TryCount(string pattern, ref int at, out int count)
    {
        count = 1;
        if (pattern[at] != '{') return true;
        var close = pattern.IndexOf('}', at);
        if (close < 0 || !int.TryParse(pattern.AsSpan(at + 1, close - at - 1), NumberStyles.None, CultureInfo.InvariantCulture, out count) || count is < 1 or > Longest) return false;
        at = close + 1;
        return pattern[at] != '?';
    }
}
