using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AuditWatch.Events.Redaction;

/// <summary>
/// Decides, at memory speed, that bytes cannot hold a secret. Two sets of eight buckets of short fingerprints are looked for at every byte at once (each byte's
/// nibbles index small tables of bucket bits); what they find, <see cref="SecretShapes"/> judges. Anything that the rules behind could replace must wake a fingerprint.
/// </summary>
internal static class SecretTriggers
{
    const int Positions = 7;   // 0..3: first set, four bytes; 4..6: second set, three bytes

    static readonly byte[] Exacts = new byte[Positions * 128];   // [position][ASCII]
    static readonly byte[] Tables = Build();                     // [position][low nibbles, high nibbles][16]

    /// <summary>Whether something in the text may be a secret.</summary>
    public static bool Found(ReadOnlySpan<byte> text)
    {
        if (text.Length < 67)
        {
            // Most texts of a body are short. Zeros wake nothing.
            Span<byte> padded = stackalloc byte[67];
            padded[text.Length..].Clear();
            text.CopyTo(padded);
            return Wide(padded, text);
        }
        return Wide(text, text) || EndsWithHost(text);
    }

    /// <summary>The same by the narrowest vectors, as machines without wider ones do it.</summary>
    internal static bool FoundByNibbles(ReadOnlySpan<byte> text)
    {
        Span<byte> padded = new byte[text.Length + 64];
        text.CopyTo(padded);
        return Found128(padded, text) && (!Avx2.IsSupported || Found256(padded, text));
    }

    // All other fingerprints have four bytes at least with what must follow; an "@" may be the last but one.
    static bool EndsWithHost(ReadOnlySpan<byte> text) => text[^3..].IndexOf((byte)'@') is >= 0 and var at && SecretShapes.At(text, text.Length - 3 + at);

    static bool Wide(ReadOnlySpan<byte> text, ReadOnlySpan<byte> judged) =>
        Avx512Vbmi.IsSupported ? Found512(text, judged) : Avx2.IsSupported ? Found256(text, judged) : Found128(text, judged);

    // One lookup in a table of 128 bytes per position; a byte beyond ASCII is taken for another, which costs a judgement and no more.
    static bool Found512(ReadOnlySpan<byte> text, ReadOnlySpan<byte> judged)
    {
        ref var start = ref MemoryMarshal.GetReference(text);
        Vector512<byte> a0 = Exact(0), b0 = Exact(1), a1 = Exact(2), b1 = Exact(3), a2 = Exact(4), b2 = Exact(5), a3 = Exact(6), b3 = Exact(7),
            a4 = Exact(8), b4 = Exact(9), a5 = Exact(10), b5 = Exact(11), a6 = Exact(12), b6 = Exact(13);
        var last = text.Length - 67;
        for (var i = 0; ; i += 64)
        {
            if (i > last) i = last;
            var v0 = Vector512.LoadUnsafe(ref start, (nuint)i);
            var v1 = Vector512.LoadUnsafe(ref start, (nuint)i + 1);
            var v2 = Vector512.LoadUnsafe(ref start, (nuint)i + 2);
            var v3 = Vector512.LoadUnsafe(ref start, (nuint)i + 3);
            var first = Avx512Vbmi.PermuteVar64x8x2(a0, v0, b0) & Avx512Vbmi.PermuteVar64x8x2(a1, v1, b1) & Avx512Vbmi.PermuteVar64x8x2(a2, v2, b2) & Avx512Vbmi.PermuteVar64x8x2(a3, v3, b3);
            var second = Avx512Vbmi.PermuteVar64x8x2(a4, v0, b4) & Avx512Vbmi.PermuteVar64x8x2(a5, v1, b5) & Avx512Vbmi.PermuteVar64x8x2(a6, v2, b6);
            var any = first | second;
            if (any != Vector512<byte>.Zero && Judge(judged, i, ~Vector512.Equals(any, Vector512<byte>.Zero).ExtractMostSignificantBits())) return true;
            if (i == last) return false;
        }
    }

    static bool Found256(ReadOnlySpan<byte> text, ReadOnlySpan<byte> judged)
    {
        ref var start = ref MemoryMarshal.GetReference(text);
        var nibble = Vector256.Create((byte)15);
        Span<Vector256<byte>> tables = stackalloc Vector256<byte>[Positions * 2];
        for (var i = 0; i < tables.Length; i++) tables[i] = Vector256.Create(Table(i), Table(i));
        var last = text.Length - 35;
        for (var i = 0; ; i += 32)
        {
            if (i > last) i = last;
            Vector256<byte> first = Vector256<byte>.AllBitsSet, second = first;
            for (var p = 0; p < 4; p++)
            {
                var v = Vector256.LoadUnsafe(ref start, (nuint)(i + p));
                var (a, b) = (v & nibble, (v.AsUInt16() >>> 4).AsByte() & nibble);
                first &= Avx2.Shuffle(tables[p * 2], a) & Avx2.Shuffle(tables[p * 2 + 1], b);
                if (p < 3) second &= Avx2.Shuffle(tables[p * 2 + 8], a) & Avx2.Shuffle(tables[p * 2 + 9], b);
            }
            var any = first | second;
            if (any != Vector256<byte>.Zero && Judge(judged, i, (uint)~Vector256.Equals(any, Vector256<byte>.Zero).ExtractMostSignificantBits())) return true;
            if (i == last) return false;
        }
    }

    static bool Found128(ReadOnlySpan<byte> text, ReadOnlySpan<byte> judged)
    {
        ref var start = ref MemoryMarshal.GetReference(text);
        var nibble = Vector128.Create((byte)15);
        var last = text.Length - 19;
        for (var i = 0; ; i += 16)
        {
            if (i > last) i = last;
            Vector128<byte> first = Vector128<byte>.AllBitsSet, second = first;
            for (var p = 0; p < 4; p++)
            {
                var v = Vector128.LoadUnsafe(ref start, (nuint)(i + p));
                var (a, b) = (v & nibble, (v.AsUInt16() >>> 4).AsByte() & nibble);
                first &= Vector128.Shuffle(Table(p * 2), a) & Vector128.Shuffle(Table(p * 2 + 1), b);
                if (p < 3) second &= Vector128.Shuffle(Table(p * 2 + 8), a) & Vector128.Shuffle(Table(p * 2 + 9), b);
            }
            var any = first | second;
            if (any != Vector128<byte>.Zero && Judge(judged, i, ~Vector128.Equals(any, Vector128<byte>.Zero).ExtractMostSignificantBits() & 0xFFFF)) return true;
            if (i == last) return false;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static bool Judge(ReadOnlySpan<byte> text, int at, ulong candidates)
    {
        for (; candidates != 0; candidates &= candidates - 1)
            if (at + BitOperations.TrailingZeroCount(candidates) is var here && here < text.Length && SecretShapes.At(text, here)) return true;
        return false;
    }

    static Vector128<byte> Table(int index) => Vector128.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(Tables), (nuint)(index * 16));

    static Vector512<byte> Exact(int index) => Vector512.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(Exacts), (nuint)(index * 64));

    static byte[] Build()
    {
        var tables = new byte[Positions * 32];
        // First set. A part is the set of bytes that may stand there; "" is any. Which fingerprints share a bucket is chosen so that the nibbles' mixtures are rare.
        Add(0, 0, "oOaA", "kKrR", "eE", "nNrR");                                        // token; Bearer
        Add(0, 1, "cC", "rR", "eE", "tT");                                            // secret
        Add(0, 2, "aA", "sS", "sSiI", "wWpPcC=:\"'");                                 // password, passphrase, pass; Basic
        Add(0, 3, "kKpPuU", "eEwWtT", "yYdDhH", "=:\"'\\% \t_0123456789");            // api key, pwd, auth
        Add(0, 4, "iI", "aA", "lL", "sS\"'\\%: \t");                                  // credentials
        Add(0, 5, "eZLs", "yXSi", "Jl0g", "");                                        // JWT; base64 of a JWT, of a PEM block; sig=
        Add(0, 6, "@", "", "", "");                                                   // user:password@host
        Add(0, 7, "A", "uU", "tT", "hH");                                               // Authorization, AUTHORIZATION
        // Second set.
        Add(4, 0, "KSBEo", "IGn", "AI=:");                                             // AKIA, ASIA, ABIA; BEGIN … PRIVATE KEY; authorization=
        Add(4, 1, "xAg", "oIl", "xzp");                                               // xox…, AIza, glpat
        Add(4, 2, "hpo", "pousrm", "_");                                              // ghp_ …, npm_, dop_
        Add(4, 3, "bkr", "_", "plt");                                                 // github_pat_, sk_live_, ckr_pat
        Add(4, 4, "sy", "ka", "-2");                                                  // sk-ant-, ya29
        Add(4, 5, "hS", "vG", "s.");                                                  // hvs., SG.
        Add(4, 5, " \t\"'=+0-", "-", "puawP");                                       // mysql -p…, curl -u …, also behind =, + and %20; curl --user
        Add(4, 6, "n", "v", "/");                                                     // /env/ in a patch's path
        Add(4, 7, "\\aA", "ulL", "0=");                                               // letters written as \u00xx; credential=
        return tables;

        void Add(int firstPosition, int bucket, params ReadOnlySpan<string> parts)
        {
            for (var p = 0; p < parts.Length; p++)
                for (var b = 0; b < 256; b++)
                    if (parts[p].Length == 0 || parts[p].Contains((char)b, StringComparison.Ordinal))
                    {
                        Exacts[(firstPosition + p) * 128 + (b & 127)] |= (byte)(1 << bucket);
                        tables[(firstPosition + p) * 32 + (b & 15)] |= (byte)(1 << bucket);
                        tables[(firstPosition + p) * 32 + 16 + (b >> 4)] |= (byte)(1 << bucket);
                    }
        }
    }
}
