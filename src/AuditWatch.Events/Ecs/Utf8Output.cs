namespace AuditWatch.Events.Ecs;

/// <summary>
/// JSON as UTF-8, appended to one buffer that is used again and again. Every value ends with a comma, which closing an object or array takes back: no writer needs to
/// know whether something came before.
/// </summary>
public sealed class Utf8Output
{
    byte[] _bytes = new byte[64 << 10];

    /// <summary>How many bytes were written.</summary>
    public int Length { get; private set; }

    /// <summary>What was written; valid until the next write.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    /// <summary>Forgets everything.</summary>
    public void Clear() => Length = 0;

    /// <summary>Takes back what was written after <paramref name="length"/>.</summary>
    public void BackTo(int length) => Length = length;

    /// <summary>Bytes as they are.</summary>
    public void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        Length += bytes.Length;
    }

    /// <summary>Valid JSON as it is, on one line: line ends between its tokens become spaces, for in a bulk body a line end is the end of the document.</summary>
    public void RawOnOneLine(ReadOnlySpan<byte> json)
    {
        var room = Room(json.Length);
        json.CopyTo(room);
        Length += json.Length;
        for (var written = room[..json.Length]; written.IndexOfAny((byte)'\n', (byte)'\r') is >= 0 and var at; written = written[(at + 1)..]) written[at] = (byte)' ';
    }

    /// <summary>An opening bracket.</summary>
    public void Open(char bracket) => Byte((byte)bracket);

    /// <summary>A closing bracket in place of the last comma, and a comma.</summary>
    public void Close(char bracket)
    {
        if (_bytes[Length - 1] == ',') Length--;
        Byte((byte)bracket);
        Byte((byte)',');
    }

    /// <summary>A comma.</summary>
    public void Comma() => Byte((byte)',');

    /// <summary>A member's name that needs no escaping, and the colon.</summary>
    public void Name(ReadOnlySpan<byte> plain)
    {
        var room = Room(plain.Length + 3);
        room[0] = (byte)'"';
        plain.CopyTo(room[1..]);
        room[plain.Length + 1] = (byte)'"';
        room[plain.Length + 2] = (byte)':';
        Length += plain.Length + 3;
    }

    /// <summary>An event's id as text, without a comma.</summary>
    public void Id(EventId id)
    {
        Byte((byte)'"');
        id.Write(Room(EventId.Digits));
        Length += EventId.Digits;
        Byte((byte)'"');
    }

    /// <summary>A moment as text, to the microsecond. Years that neither we nor Elasticsearch can write become the nearest that can be.</summary>
    public void Moment(long micros)
    {
        var moment = DateTime.UnixEpoch.AddTicks(Math.Clamp(micros, -30_000_000_000_000_000, 253_402_300_799_999_999) * 10);
        Byte((byte)'"');
        // Seven digits behind the point, of which the last is our zero.
        moment.TryFormat(Room(28), out var written, "O", System.Globalization.CultureInfo.InvariantCulture);
        Length += written - 2;
        Raw("Z\","u8);
    }

    /// <summary>A string value from unescaped UTF-8.</summary>
    public void Text(ReadOnlySpan<byte> utf8)
    {
        Quoted(utf8);
        Comma();
    }

    /// <summary>A string from unescaped UTF-8, with quotes, without a comma.</summary>
    public void Quoted(ReadOnlySpan<byte> utf8)
    {
        Byte((byte)'"');
        while (true)
        {
            var stop = utf8.IndexOfAny(Special);
            Raw(stop < 0 ? utf8 : utf8[..stop]);
            if (stop < 0) break;
            Escape(utf8[stop]);
            utf8 = utf8[(stop + 1)..];
        }
        Byte((byte)'"');
    }

    /// <summary>A name and a string value; nothing when the text is null.</summary>
    public void Member(ReadOnlySpan<byte> name, string? text)
    {
        if (text is null) return;
        Name(name);
        Text(System.Text.Encoding.UTF8.GetBytes(text));
    }

    /// <summary>A name and a string value; nothing when the text is empty.</summary>
    public void Member(ReadOnlySpan<byte> name, ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty) return;
        Name(name);
        Text(utf8);
    }

    /// <summary>A name and a number.</summary>
    public void Member(ReadOnlySpan<byte> name, long number)
    {
        Name(name);
        Span<byte> digits = stackalloc byte[20];
        number.TryFormat(digits, out var written, default, System.Globalization.CultureInfo.InvariantCulture);
        Raw(digits[..written]);
        Comma();
    }

    /// <summary>A name and true or false.</summary>
    public void Member(ReadOnlySpan<byte> name, bool value)
    {
        Name(name);
        Raw(value ? "true,"u8 : "false,"u8);
    }

    static readonly System.Buffers.SearchValues<byte> Special = System.Buffers.SearchValues.Create([.. Enumerable.Range(0, 32).Select(i => (byte)i), (byte)'"', (byte)'\\']);

    void Escape(byte special)
    {
        if (special is (byte)'"' or (byte)'\\')
        {
            Byte((byte)'\\');
            Byte(special);
            return;
        }
        Raw("\\u00"u8);
        Byte((byte)"0123456789abcdef"[special >> 4]);
        Byte((byte)"0123456789abcdef"[special & 15]);
    }

    void Byte(byte value)
    {
        Room(1)[0] = value;
        Length++;
    }

    Span<byte> Room(int bytes)
    {
        if (_bytes.Length - Length < bytes) Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(_bytes.Length * 2L, Length + (long)bytes)));
        return _bytes.AsSpan(Length);
    }
}
