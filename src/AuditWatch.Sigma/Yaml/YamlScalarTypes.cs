using System.Buffers;
using System.Globalization;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Sigma.Yaml;

/// <summary>
/// Which type an unquoted scalar has: the core schema of YAML 1.2 (so <c>yes</c> and <c>on</c> stay texts). Digits behind a zero stay text too:
/// <c>010</c> is ten in YAML 1.2, eight in 1.1, and <c>058</c> a text there; an id's prefix is what somebody wrote it for.
/// </summary>
internal static class YamlScalarTypes
{
    static readonly SearchValues<char> Grammar = SearchValues.Create("0123456789.eE+-");

    public static SigmaScalar Resolve(YamlScalar scalar)
    {
        var text = scalar.Text;
        if (!scalar.IsPlain) return new(SigmaScalarKind.Text, text, scalar.Place);
        return text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => new(SigmaScalarKind.Null, "", scalar.Place),
            "true" or "True" or "TRUE" => new(SigmaScalarKind.Boolean, "true", scalar.Place),
            "false" or "False" or "FALSE" => new(SigmaScalarKind.Boolean, "false", scalar.Place),
            _ => TryNumber(text, out var number) ? new(SigmaScalarKind.Number, number, scalar.Place) : new(SigmaScalarKind.Text, text, scalar.Place),
        };
    }

    public static object? ToPlain(YamlScalar scalar)
    {
        var value = Resolve(scalar);
        return value.Kind switch
        {
            SigmaScalarKind.Null => null,
            SigmaScalarKind.Boolean => value.Text == "true",
            SigmaScalarKind.Number when long.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => whole,
            SigmaScalarKind.Number => double.Parse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture),
            _ => value.Text,
        };
    }

    static bool TryNumber(string text, out string number)
    {
        number = "";
        var digits = text[0] is '-' or '+' ? text.AsSpan(1) : text;
        if (digits.StartsWith("0x") && ulong.TryParse(digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex))
            number = Signed(text, hex.ToString(CultureInfo.InvariantCulture));
        else if (digits.Length > 2 && digits.StartsWith("0o") && !digits[2..].ContainsAnyExceptInRange('0', '7') && digits.Length < 22)
            number = Signed(text, Convert.ToUInt64(digits[2..].ToString(), 8).ToString(CultureInfo.InvariantCulture));
        else if (digits.Length > 0 && !digits.ContainsAnyExceptInRange('0', '9'))
            number = digits.Length > 1 && digits[0] == '0' ? "" : Signed(text, digits.ToString());
        else if (digits.Length > 0 && (char.IsAsciiDigit(digits[0]) || (digits.Length > 1 && digits[0] == '.' && char.IsAsciiDigit(digits[1])))
            && !digits.ContainsAnyExcept(Grammar) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real))
            number = text[0] == '+' ? text[1..] : text;
        return number.Length > 0;
    }

    static string Signed(string written, string digits) => written[0] == '-' && digits != "0" ? "-" + digits : digits;
}
