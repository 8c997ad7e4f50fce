using System.Text.Json;

namespace AuditWatch.Events.Scanning;

/// <summary>The same answers by way of <see cref="Utf8JsonReader"/>: slow, and right by construction.</summary>
static class ReferenceScanner
{
    internal const int MaxDepth = 128;

    internal static bool TryScan(ReadOnlySpan<byte> json, EventRanges ranges, out ScanError error)
    {
        ranges.Clear();
        var badUtf8 = Utf8Fault.Find(json);
        if (badUtf8 >= 0)
        {
            error = new ScanError(ScanFault.BadUtf8, badUtf8);
            return false;
        }
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                error = new ScanError(ScanFault.NotAnObject, (int)reader.TokenStartIndex);
                return false;
            }
            ReadObject(ref reader, HotKeys.None, ranges);
            while (reader.Read())
            {
            }
            error = ScanError.None;
            return true;
        }
        catch (JsonException)
        {
            ranges.Clear();
            error = reader.BytesConsumed >= json.Length
                ? new ScanError(ScanFault.UnexpectedEnd, json.Length)
                : new ScanError(ScanFault.UnexpectedByte, (int)reader.BytesConsumed);
            return false;
        }
    }

    static void ReadObject(ref Utf8JsonReader reader, HotField parent, EventRanges ranges)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = FieldOf(ref reader, parent);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            var isString = reader.TokenType == JsonTokenType.String;
            var escaped = isString && reader.ValueIsEscaped;
            var parts = HotKeys.PartsOf(field);
            ranges.Drop(parts);
            if (parts != 0 && reader.TokenType == JsonTokenType.StartObject)
                ReadObject(ref reader, field, ranges);
            else
                Skip(ref reader);
            var length = (int)reader.BytesConsumed - start;
            if (field == HotKeys.None)
                continue;
            if (isString)
                ranges.Set(field, start + 1, length - 2, isString: true, escaped);
            else
                ranges.Set(field, start, length, isString: false, escaped: false);
        }
    }

    static void Skip(ref Utf8JsonReader reader)
    {
        var depth = reader.CurrentDepth;
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            return;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
        }
    }

    static HotField FieldOf(ref Utf8JsonReader reader, HotField parent)
    {
        if (!reader.ValueIsEscaped)
            return HotKeys.Find(parent, reader.ValueSpan);
        const int longest = 256;
        if (reader.ValueSpan.Length > longest)
            return HotKeys.None;
        try
        {
            Span<byte> unescaped = stackalloc byte[longest];
            var written = reader.CopyString(unescaped);
            return HotKeys.Find(parent, unescaped[..written]);
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate is a token to the reader, though it names no character; no hot key has one.
            return HotKeys.None;
        }
    }
}
