using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace AuditWatch.Detection.EventLayer;

/// <summary>
/// Finds which of some hundreds of ASCII texts stand in a text, without case, in one pass: three bytes at a time point into a table that is nearly always empty
/// there. Each text stands for a set of rules; what is found is their union.
/// </summary>
sealed class Needles
{
    const int Bits = 13, Shortest = 3;
    const string AfterKey = "\":";
    const ulong Caseless = 0x2020_2020_2020_2020;

    readonly byte[] _chainAt = new byte[1 << Bits];
    readonly Needle[][] _chains;

    /// <summary>The texts have three characters at least.</summary>
    public Needles(IEnumerable<KeyValuePair<string, ulong>> texts)
    {
        List<Needle[]> chains = [[]];
        foreach (var chain in texts.Select(t => Needle.Of(t.Key, t.Value)).GroupBy(n => Place(Word(n.Text))))
        {
            // With more chains than a byte can tell apart, some are walked for nothing.
            if (chains.Count <= byte.MaxValue)
            {
                _chainAt[chain.Key] = (byte)chains.Count;
                chains.Add([.. chain]);
            }
            else
            {
                var shared = 1 + (int)(chain.Key % byte.MaxValue);
                _chainAt[chain.Key] = (byte)shared;
                chains[shared] = [.. chains[shared], .. chain];
            }
        }

        _chains = [.. chains];
    }

    /// <summary>The rules of the texts that stand in <paramref name="text"/>, and <paramref name="held"/>; not looked further for once it is <paramref name="all"/>.</summary>
    public ulong In(ReadOnlySpan<byte> text, ulong held, ulong all)
    {
        ref var first = ref MemoryMarshal.GetReference(text);
        ref var table = ref MemoryMarshal.GetArrayDataReference(_chainAt);
        for (var i = 0; i <= text.Length - sizeof(uint); i++)
        {
            var chain = Unsafe.Add(ref table, Place(Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref first, i))));
            if (chain == 0) continue;
            held = Walk(chain, text[i..], held);
            if (held == all) return held;
        }

        return text.Length < Shortest ? held : Walk(_chainAt[Place(Word(text[^Shortest..]))], text[^Shortest..], held);
    }

    ulong Walk(byte chain, ReadOnlySpan<byte> text, ulong held)
    {
        // Letters without their case, as in the needles' beginnings; a text's end is compared as it is.
        var isLong = text.Length >= sizeof(ulong);
        var begins = isLong ? MemoryMarshal.Read<ulong>(text) | Caseless : 0;
        foreach (ref readonly var needle in _chains[chain].AsSpan())
        {
            if ((needle.Rules & ~held) == 0 || (isLong && (begins & needle.BeginsMask) != needle.Begins) || text.Length < needle.Text.Length || !Ascii.EqualsIgnoreCase(text[..needle.Text.Length], needle.Text)) continue;
            if (needle.ValueBegins == 0 || BeginsAfterColon(text[needle.Text.Length..], needle.ValueBegins)) held |= needle.Rules;
        }

        return held;
    }

    static bool BeginsAfterColon(ReadOnlySpan<byte> afterKey, byte value)
    {
        var rest = afterKey.TrimStart(" \t\r\n"u8);
        return !rest.IsEmpty && rest[0] == ':' && rest[1..].TrimStart(" \t\r\n"u8) is [var first, ..] && first == value;
    }

    static uint Word(ReadOnlySpan<byte> text) => text[0] | (uint)text[1] << 8 | (uint)text[2] << 16;

    // Of three bytes, letters without their case.
    static uint Place(uint word) => ((word & 0xFF_FF_FF) | 0x20_20_20) * 0x9E37_79B1 >> 32 - Bits;

    /// <param name="Text">What is searched.</param>
    /// <param name="ValueBegins">When the text is a key: what its value begins with. Else 0.</param>
    /// <param name="Rules">Whom it concerns.</param>
    readonly record struct Needle(byte[] Text, byte ValueBegins, ulong Rules)
    {
        /// <summary>Which of the first eight bytes belong to the text, and what they are without case.</summary>
        public ulong BeginsMask { get; } = Text.Length >= sizeof(ulong) ? ulong.MaxValue : (1UL << Text.Length * 8) - 1;

        public ulong Begins { get; } = Beginning(Text);

        static ulong Beginning(byte[] text)
        {
            ulong first = 0;
            for (var i = 0; i < Math.Min(text.Length, sizeof(ulong)); i++) first |= (text[i] | 0x20UL) << i * 8;
            return first;
        }

        public static Needle Of(string text, ulong rules) =>
            text.IndexOf(AfterKey, StringComparison.Ordinal) is var end and > 0
                ? new(Encoding.ASCII.GetBytes(text[..(end + 1)]), (byte)text[^1], rules)
                : new(Encoding.ASCII.GetBytes(text), 0, rules);
    }
}
