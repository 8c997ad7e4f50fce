using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace AuditWatch.Detection.Counting;

/// <summary>Texts and numbers as few bytes, written one after another; ids that are UUIDs or 32 hex digits take 16.</summary>
class PackedBytes
{
    protected const byte Missing = 0, Utf8Text = 1, Uuid = 2, Hex = 3, Utf16Text = 4;

    static readonly SearchValues<char> s_hex = SearchValues.Create("0123456789abcdef"), s_uuid = SearchValues.Create("0123456789abcdef-");

    protected byte[] Buffer = new byte[512];

    protected int Length { get; set; }

    protected void PutText(string? text)
    {
        if (text is null)
        {
            Room(1)[0] = Missing;
            return;
        }

        if (text.Length == 36 && text.AsSpan().IndexOfAnyExcept(s_uuid) < 0 && Guid.TryParseExact(text, "D", out var uuid))
        {
            var room = Room(17);
            room[0] = Uuid;
            uuid.TryWriteBytes(room[1..], bigEndian: true, out _);
            return;
        }

        if (text.Length == 32 && text.AsSpan().IndexOfAnyExcept(s_hex) < 0)
        {
            var room = Room(17);
            room[0] = Hex;
            Convert.FromHexString(text, room[1..], out _, out _);
            return;
        }

        Span<byte> utf8 = text.Length <= 256 ? stackalloc byte[text.Length * 3] : new byte[text.Length * 3];
        if (Utf8.FromUtf16(text, utf8, out _, out var written, replaceInvalidSequences: false) == OperationStatus.Done)
        {
            Room(1)[0] = Utf8Text;
            PutNumber((ulong)written);
            utf8[..written].CopyTo(Room(written));
            return;
        }

        Room(1)[0] = Utf16Text;
        PutNumber((ulong)text.Length);
        MemoryMarshal.AsBytes(text.AsSpan()).CopyTo(Room(text.Length * 2));
    }

    protected static (string? Text, int At) Text(byte[] packed, int at)
    {
        var kind = packed[at++];
        switch (kind)
        {
            case Missing: return (null, at);
            case Uuid: return (new Guid(packed.AsSpan(at, 16), bigEndian: true).ToString(), at + 16);
            case Hex: return (Convert.ToHexStringLower(packed.AsSpan(at, 16)), at + 16);
            default:
                var (length, from) = Number(packed, at);
                var bytes = packed.AsSpan(from, (int)length * (kind == Utf16Text ? 2 : 1));
                return (kind == Utf16Text ? new string(MemoryMarshal.Cast<byte, char>(bytes)) : Encoding.UTF8.GetString(bytes), from + bytes.Length);
        }
    }

    protected void Put(long value) => BinaryPrimitives.WriteInt64LittleEndian(Room(8), value);

    protected static void Write(byte[] packed, int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(packed.AsSpan(at), value);

    protected static int Int(byte[] packed, int at) => BinaryPrimitives.ReadInt32LittleEndian(packed.AsSpan(at));

    protected static long Long(byte[] packed, int at) => BinaryPrimitives.ReadInt64LittleEndian(packed.AsSpan(at));

    protected void PutNumber(ulong value)
    {
        while (value >= 0x80)
        {
            Room(1)[0] = (byte)(value | 0x80);
            value >>= 7;
        }

        Room(1)[0] = (byte)value;
    }

    protected static (ulong Value, int At) Number(byte[] packed, int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = packed[at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return (value, at);
        }
    }

    protected Span<byte> Room(int bytes)
    {
        if (Length + bytes > Buffer.Length) Array.Resize(ref Buffer, Math.Max(Length + bytes, Buffer.Length * 2));
        Length += bytes;
        return Buffer.AsSpan(Length - bytes, bytes);
    }
}
