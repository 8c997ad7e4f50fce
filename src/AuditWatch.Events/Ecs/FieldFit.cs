using System.Buffers.Text;
using System.Net;
using AuditWatch.Events.Model;

namespace AuditWatch.Events.Ecs;

/// <summary>Whether a field's type takes a value, as Elasticsearch's parsers see it. Where they are lenient and we are not sure, no: a part left out is named, a document refused is lost.</summary>
internal static class FieldFit
{
    /// <summary>The longest term that Lucene takes, in bytes.</summary>
    public const int LongestTerm = 32766;

    /// <summary>Whether a string (unescaped) fits.</summary>
    public static bool Takes(FieldType type, ReadOnlySpan<byte> text) => type switch
    {
        FieldType.Keyword => text.Length <= LongestTerm,
        FieldType.Text => true,
        FieldType.Boolean => text.SequenceEqual("true"u8) || text.SequenceEqual("false"u8),
        FieldType.Integer or FieldType.Long or FieldType.Float => TakesNumber(type, text),
        FieldType.Date => IsTime(text),
        FieldType.Ip => IsAddress(text),
        _ => false,
    };

    /// <summary>Whether a number, as written, fits.</summary>
    public static bool TakesNumber(FieldType type, ReadOnlySpan<byte> number) => type switch
    {
        FieldType.Keyword or FieldType.Text => number.Length < 100,
        FieldType.Integer => Utf8Parser.TryParse(number, out int _, out var read) && read == number.Length,
        FieldType.Long => Utf8Parser.TryParse(number, out long _, out var read) && read == number.Length,
        FieldType.Float => Utf8Parser.TryParse(number, out float value, out var read) && read == number.Length && float.IsFinite(value),
        FieldType.Date => Utf8Parser.TryParse(number, out long millis, out var read) && read == number.Length && Math.Abs(millis) < 250_000_000_000_000,
        _ => false,
    };

    /// <summary>Whether true or false fits.</summary>
    public static bool TakesBoolean(FieldType type) => type is FieldType.Boolean or FieldType.Keyword or FieldType.Text;

    /// <summary>A time that strict_date_optional_time reads.</summary>
    public static bool IsTime(ReadOnlySpan<byte> text) =>
        Rfc3339.TryRead(text, out _) && text[10] == 'T' && text[17] != '6' && text[^1] != 'z' && (text[0] != '0' || text[1] != '0');

    /// <summary>Four decimal parts without leading zeros, or an IPv6 address without a zone.</summary>
    public static bool IsAddress(ReadOnlySpan<byte> text)
    {
        if (text.Length is < 2 or > 45) return false;
        if (text.Contains((byte)':'))
            return !text.ContainsAny("%[]/"u8) && IPAddress.TryParse(text, out _);
        var parts = 0;
        foreach (var range in text.Split((byte)'.'))
        {
            var part = text[range];
            if (++parts > 4 || part.Length is 0 or > 3 || (part.Length > 1 && part[0] == '0') || !Utf8Parser.TryParse(part, out byte _, out var read) || read != part.Length) return false;
        }
        return parts == 4;
    }
}
