using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text;
using AuditWatch.Detection.Rules;
using AuditWatch.Events.Model;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Detection.EventLayer;

/// <summary>
/// Tells from the bytes of the written object which rules can be true of it, without opening it: those of which a text that they need stands there. Right only
/// where the object is certain to be all there: in a create or update with a recorded body.
/// </summary>
sealed class BodySieve
{
    const string Mark = "[redacted", Escape = "\\u00";

    readonly SearchValues<string> _texts;
    readonly (string Text, ulong Rules)[] _needs;
    readonly ulong _always, _all;

    BodySieve(Dictionary<string, ulong> needs, ulong always, ulong all)
    {
        _needs = [.. needs.Select(n => (n.Key, n.Value)), (Mark, all), (Escape, all)];
        _texts = SearchValues.Create([.. _needs.Select(n => n.Text)], StringComparison.OrdinalIgnoreCase);
        (_always, _all) = (always, all);
    }

    /// <summary>Null when it would hold nothing back.</summary>
    public static BodySieve? Of(EventRule[] rules)
    {
        if (rules.Length is 0 or > 64) return null;
        var needs = new Dictionary<string, ulong>(StringComparer.OrdinalIgnoreCase);
        ulong always = 0;
        for (var i = 0; i < rules.Length; i++)
        {
            if (rules[i].Compiled.NeededTexts(WrittenFields.KeyOf) is not { } texts) always |= 1UL << i;
            else foreach (var text in texts) needs[text] = needs.GetValueOrDefault(text) | 1UL << i;
        }

        var all = rules.Length == 64 ? ulong.MaxValue : (1UL << rules.Length) - 1;
        return always == all ? null : new BodySieve(needs, always, all);
    }

    public static bool IsFor(AuditEvent e) =>
        e.Verb is "create" or "update" && !e.Origin.IsCut && e.Ranges.Has(HotField.RequestObject) && !e.Ranges.IsString(HotField.RequestObject);

    /// <summary>A bit for each rule, by its place, that may be true.</summary>
    public ulong Holds(AuditEvent e, ref char[] buffer)
    {
        var json = e.Utf8.Span;
        var held = Holds(e.Ranges.Of(json, HotField.RequestObject), _always, ref buffer);
        return Holds(e.Ranges.Of(json, HotField.ResponseObject), held, ref buffer);
    }

    ulong Holds(ReadOnlySpan<byte> body, ulong held, ref char[] buffer)
    {
        if (held == _all || body.IsEmpty) return held;
        if (buffer.Length < body.Length) buffer = new char[(int)BitOperations.RoundUpToPowerOf2((uint)body.Length)];
        // Byte by byte: all texts that are looked for are ASCII.
        ReadOnlySpan<char> text = buffer.AsSpan(0, Encoding.Latin1.GetChars(body, buffer));
        for (int at; held != _all && (at = text.IndexOfAny(_texts)) >= 0; text = text[(at + 1)..]) held |= At(text[at..], held);
        return held;
    }

    ulong At(ReadOnlySpan<char> text, ulong held)
    {
        var first = text[0] | 0x20;
        foreach (var (needed, rules) in _needs)
        {
            if ((rules & ~held) == 0 || (needed[0] | 0x20) != first || !text.StartsWith(needed, StringComparison.OrdinalIgnoreCase)) continue;
            if (needed != Escape || HidesPlainText(text[Escape.Length..])) held |= rules;
        }

        return held;
    }

    // Go escapes < > & and quotes; whoever escapes letters may hide what is looked for.
    static bool HidesPlainText(ReadOnlySpan<char> digits) =>
        digits.Length < 2 || !int.TryParse(digits[..2], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
        || (code is >= ' ' and <= '~' && code is not ('<' or '>' or '&' or '"' or '\''));
}
