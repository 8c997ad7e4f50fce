using System.Buffers;
using AuditWatch.Sigma.Matching;

namespace AuditWatch.Sigma.Evaluation;

/// <summary>Whether a value matches what the rule wrote.</summary>
internal sealed class MatchTest(ValueMatcher matcher) : ValueTest
{
    protected override Verdict OnScalar(scoped in FieldValue value, EventView view) => value.Kind switch
    {
        FieldKind.Text => OnText(value.Utf8, view),
        FieldKind.Number => matcher.MatchesNumber(value.Utf8) ? Verdict.True : Verdict.False,
        FieldKind.True => matcher.MatchesBoolean(true) ? Verdict.True : Verdict.False,
        FieldKind.False => matcher.MatchesBoolean(false) ? Verdict.True : Verdict.False,
        FieldKind.Object => matcher.MatchesObject ? Verdict.True : Verdict.False,
        _ => Verdict.False,
    };

    /// <summary>Where the log withholds part of a text, yes is said only if it is yes whatever stood there; otherwise nobody knows.</summary>
    public Verdict OnText(ReadOnlySpan<byte> utf8, EventView view)
    {
        var why = view.Withheld(utf8);
        if (why == UnknownReason.None) return matcher.MatchesText(utf8, withheld: false) ? Verdict.True : Verdict.False;
        var rented = ArrayPool<byte>.Shared.Rent(utf8.Length + 1);
        var masked = WithheldText.Mask(utf8, view, rented);
        var matches = matcher.MatchesText(rented.AsSpan(0, masked), withheld: true);
        ArrayPool<byte>.Shared.Return(rented);
        return matches ? Verdict.True : Verdict.Unknown(why);
    }

    public override IReadOnlyCollection<string>? PossibleTexts => matcher.PossibleTexts;

    public override NeededText? Needed(string path)
    {
        // What is not written may count as false.
        if (matcher.MatchesBoolean(false)) return null;
        var value = matcher.MatchesBoolean(true) ? NeededText.OfBeginning(path, 't')
            : matcher.MatchesNumber("0"u8) && !matcher.MatchesNumber("1"u8) && matcher.IsOneNumber ? NeededText.OfBeginning(path, '0', '-') : NeededText.OfValues(matcher.NeededTexts);
        return NeededText.Better(value, NeededText.OfPath(path));
    }

    public override string Canonical => matcher.Canonical;
}
