using System.Globalization;
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
    const string Mark = "[redacted";

    readonly Needles _needles;
    readonly ulong _always, _all;

    BodySieve(Dictionary<string, ulong> needs, ulong always, ulong all)
    {
        _needles = new Needles([.. needs, new(Mark, all)]);
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
            if (rules[i].NeededInObject is not { } texts) always |= 1UL << i;
            else foreach (var text in texts) needs[text] = needs.GetValueOrDefault(text) | 1UL << i;
        }

        var all = rules.Length == 64 ? ulong.MaxValue : (1UL << rules.Length) - 1;
        return always == all ? null : new BodySieve(needs, always, all);
    }

    public static bool IsFor(AuditEvent e) =>
        e.Verb is "create" or "update" && !e.Origin.IsCut && e.Ranges.Has(HotField.RequestObject) && !e.Ranges.IsString(HotField.RequestObject);

    /// <summary>A bit for each rule, by its place, that may be true.</summary>
    public ulong Holds(AuditEvent e)
    {
        var json = e.Utf8.Span;
        var held = Holds(e.Ranges.Of(json, HotField.RequestObject), _always);
        return Holds(e.Ranges.Of(json, HotField.ResponseObject), held);
    }

    ulong Holds(ReadOnlySpan<byte> body, ulong held) =>
        held == _all || body.IsEmpty ? held : HidesText(body) ? _all : _needles.In(body, held, _all);

    // The Kelvin sign and the long s are letters k and s without case. Go escapes < > & and quotes; whoever escapes anything else that can be written plainly may hide what is looked for.
    static bool HidesText(ReadOnlySpan<byte> body)
    {
        if (body.IndexOf("\\/"u8) >= 0 || body.IndexOf("\u212A"u8) >= 0 || body.IndexOf("\u017F"u8) >= 0) return true;
        for (int at; (at = body.IndexOf("\\u"u8)) >= 0; body = body[(at + 2)..])
            if (HidesPlainText(body[(at + 2)..])) return true;
        return false;
    }

    static bool HidesPlainText(ReadOnlySpan<byte> digits) =>
        digits.Length < 4 || !int.TryParse(digits[..4], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
        || (code is >= ' ' and <= '~' && code is not ('<' or '>' or '&' or '"' or '\'' or '\\'));
}
