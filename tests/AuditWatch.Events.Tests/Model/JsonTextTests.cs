using System.Text;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Model;
using CsCheck;
using Xunit;

namespace AuditWatch.Events.Tests.Model;

/// <summary>What is done many bytes at a time is what would be done byte by byte.</summary>
public sealed class JsonTextTests
{
    // Escapes every few bytes, as in a document within a string, in texts around the widths of vectors.
    static readonly Gen<string> s_texts = Gen.Frequency((6, Any("\\\"", "\\\\", "\\n", "\\t", "\\/", "\\u0041", "\\u00e9", "\\ud83d\\ude00", "\\ud83d", "\\u12", "\\")), (8, Any("a", "{", "}", ":", "ä", " ", "some longer words without any")), (1, Gen.Const("\"")))
        .Array[0, 60].Select(string.Concat);

    [Fact]
    public void Escapes_are_undone_as_one_by_one() => s_texts.Sample(text =>
    {
        var raw = Encoding.UTF8.GetBytes(text);
        var plain = new byte[raw.Length];
        Assert.Equal(OneByOne(raw), plain[..JsonText.Unescape(raw, plain)]);
    }, iter: 20_000, seed: "0000KtG1eXy5");

    [Fact]
    public void A_string_ends_at_the_first_quote_that_is_not_escaped() => s_texts.Sample(text =>
    {
        var json = Encoding.UTF8.GetBytes('"' + text);
        var end = 1;
        while (end < json.Length && json[end] != '"') end += json[end] == '\\' ? 2 : 1;
        var wanted = end < json.Length ? (end + 1, true) : (json.Length, false);
        var found = JsonSpans.EndOfValue(json, 0, out var complete);
        Assert.Equal(wanted, (found, complete));
    }, iter: 20_000, seed: "0000KtG1eXy5");

    static Gen<string> Any(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    static byte[] OneByOne(byte[] raw)
    {
        var plain = new List<byte>();
        for (var at = 0; at < raw.Length;)
        {
            if (raw[at] != '\\' || at + 1 == raw.Length)
            {
                plain.Add(raw[at++]);
                continue;
            }
            var kind = (char)raw[at + 1];
            at += 2;
            if (kind != 'u')
            {
                plain.Add((byte)(kind switch { 'n' => '\n', 't' => '\t', 'r' => '\r', 'b' => '\b', 'f' => '\f', _ => kind }));
                continue;
            }
            if (Unit(at) is not { } unit)
            {
                plain.AddRange("\\u"u8);
                continue;
            }
            at += 4;
            if (!Rune.TryCreate(unit, out var rune))
            {
                rune = Rune.ReplacementChar;
                if (at + 1 < raw.Length && raw[at] == '\\' && raw[at + 1] == 'u' && Unit(at + 2) is { } low && Rune.TryCreate(unit, low, out var pair)) (rune, at) = (pair, at + 6);
            }
            plain.AddRange(Encoding.UTF8.GetBytes(rune.ToString()));
        }
        return [.. plain];

        char? Unit(int from) => from + 4 <= raw.Length && raw.Skip(from).Take(4).All(b => char.IsAsciiHexDigit((char)b)) ? (char)Convert.ToInt32(Encoding.ASCII.GetString(raw, from, 4), 16) : null;
    }
}
