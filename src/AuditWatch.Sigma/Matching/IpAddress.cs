using System.Buffers.Text;

namespace AuditWatch.Sigma.Matching;

/// <summary>An address, read from UTF-8 without allocating.</summary>
internal readonly record struct IpAddress(bool IsV4, UInt128 Bits)
{
    /// <summary>The first bits, the rest zero.</summary>
    public UInt128 Prefix(int bits)
    {
        var drop = (IsV4 ? 32 : 128) - bits;
        return drop >= 128 ? 0 : Bits >> drop << drop;
    }

    /// <summary>Reads an address; with <paramref name="map"/> an IPv4 address inside IPv6 becomes IPv4. A zone (<c>%eth0</c>) is ignored.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out IpAddress address, bool map)
    {
        address = default;
        if (text.Length is < 2 or > 64) return false;
        if (text.IndexOf((byte)':') < 0)
        {
            if (!TryV4(text, out var v4)) return false;
            address = new(true, v4);
            return true;
        }
        var zone = text.IndexOf((byte)'%');
        if (!TryV6(zone < 0 ? text : text[..zone], out var v6)) return false;
        address = map && v6 >> 32 == 0xFFFF ? new(true, v6 & 0xFFFF_FFFF) : new(false, v6);
        return true;
    }

    static bool TryV4(ReadOnlySpan<byte> text, out uint bits)
    {
        bits = 0;
        for (var part = 0; part < 4; part++)
        {
            var dot = text.IndexOf((byte)'.');
            if (part < 3 == dot < 0) return false;
            var digits = part < 3 ? text[..dot] : text;
            if (digits.Length is 0 or > 3 || (digits.Length > 1 && digits[0] == '0') || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return false;
            if (!Utf8Parser.TryParse(digits, out byte number, out var used) || used != digits.Length) return false;
            bits = bits << 8 | number;
            if (part < 3) text = text[(dot + 1)..];
        }
        return true;
    }

    static bool TryV6(ReadOnlySpan<byte> text, out UInt128 bits)
    {
        bits = 0;
        var gap = text.IndexOf("::"u8);
        if (gap < 0) return TryGroups(text, out bits, out var all) && all == 8;
        if (text[(gap + 1)..].IndexOf("::"u8) >= 0) return false;
        UInt128 head = 0, tail = 0;
        int before = 0, after = 0;
        if (gap > 0 && (!TryGroups(text[..gap], out head, out before) || text[..gap].Contains((byte)'.'))) return false;
        if (gap + 2 < text.Length && !TryGroups(text[(gap + 2)..], out tail, out after)) return false;
        if (before + after > 7) return false;
        bits = (before == 0 ? 0 : head << (16 * (8 - before))) | tail;
        return true;
    }

    static bool TryGroups(ReadOnlySpan<byte> text, out UInt128 bits, out int count)
    {
        bits = 0;
        count = 0;
        while (true)
        {
            var colon = text.IndexOf((byte)':');
            var group = colon < 0 ? text : text[..colon];
            if (colon < 0 && group.Contains((byte)'.'))
            {
                if (count > 6 || !TryV4(group, out var v4)) return false;
                bits = bits << 32 | v4;
                count += 2;
                return true;
            }
            if (group.Length is 0 or > 4 || count == 8 || !Utf8Parser.TryParse(group, out ushort number, out var used, 'x') || used != group.Length) return false;
            bits = bits << 16 | number;
            count++;
            if (colon < 0) return true;
            text = text[(colon + 1)..];
        }
    }
}
