namespace AuditWatch.Events.Scanning;

/// <summary>
/// Byte ranges of one scanned event, reused from event to event. A string's range is its raw JSON between the quotes (escapes not undone); any other value's
/// range is its JSON text. Offsets count from the event's first byte. A key that occurs twice counts by its last occurrence, as in System.Text.Json.
/// </summary>
public sealed class EventRanges
{
    // Offset in the low half, length in the high half.
    readonly long[] _places = new long[(int)HotField.Count];
    readonly HotField[] _next = NothingLearnt();
    ulong _seen, _escaped, _string;

    /// <summary>Whether the event has this field (a JSON null counts as having it).</summary>
    public bool Has(HotField field) => (_seen & (1UL << (int)field)) != 0;

    /// <summary>Whether the field is a string with at least one backslash escape in it.</summary>
    public bool IsEscaped(HotField field) => (_escaped & (1UL << (int)field)) != 0;

    /// <summary>Whether the field is a JSON string.</summary>
    public bool IsString(HotField field) => (_string & (1UL << (int)field)) != 0;

    /// <summary>Offset of the field's first byte.</summary>
    public int Start(HotField field) => (int)_places[(int)field];

    /// <summary>Length in bytes.</summary>
    public int Length(HotField field) => Has(field) ? (int)(_places[(int)field] >> 32) : 0;

    /// <summary>The field's bytes within the event; empty when absent.</summary>
    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> json, HotField field) => Has(field) ? json.Slice(Start(field), Length(field)) : default;

    /// <summary>Forgets everything.</summary>
    public void Clear() => _seen = _escaped = _string = 0;

    /// <summary>A bit for each field that the event has.</summary>
    internal ulong Present => _seen;

    /// <summary>A bit for each field that is a JSON string.</summary>
    internal ulong Strings => _string & _seen;

    internal void Set(HotField field, int start, int length, bool isString, bool escaped)
    {
        var bit = 1UL << (int)field;
        _places[(int)field] = (long)length << 32 | (uint)start;
        _seen |= bit;
        _string = isString ? _string | bit : _string & ~bit;
        _escaped = escaped ? _escaped | bit : _escaped & ~bit;
    }

    /// <summary>Forgets the fields of these bits.</summary>
    internal void Drop(ulong fields) => _seen &= ~fields;

    /// <summary>
    /// The hot key that came behind this one in the event before: a guess that mostly holds, because encoders keep an order. None when nothing is known.
    /// <paramref name="before"/> is a hot field, or <see cref="FirstIn"/> of an object.
    /// </summary>
    internal HotField GuessBehind(int before) => _next[before];

    internal void Learn(int before, HotField field) => _next[before] = field;

    /// <summary>The place before the first key of the object that <paramref name="parent"/> names.</summary>
    internal static int FirstIn(HotField parent) => (int)HotField.Count + 1 + (int)parent;

    static HotField[] NothingLearnt()
    {
        var next = new HotField[2 * ((int)HotField.Count + 1)];
        Array.Fill(next, HotKeys.None);
        return next;
    }
}
