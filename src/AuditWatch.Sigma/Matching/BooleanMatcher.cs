using System.Text;

namespace AuditWatch.Sigma.Matching;

/// <summary><c>true</c> or <c>false</c>: the JSON value, or the word as a text.</summary>
internal sealed class BooleanMatcher(bool wanted) : ValueMatcher
{
    public override bool MatchesText(ReadOnlySpan<byte> utf8, bool withheld) => Ascii.EqualsIgnoreCase(utf8, wanted ? "true"u8 : "false"u8);

    public override bool MatchesNumber(ReadOnlySpan<byte> utf8) => false;

    public override bool MatchesBoolean(bool value) => value == wanted;

    public override IReadOnlyCollection<string> PossibleTexts => [wanted ? "true" : "false"];

    public override string Canonical => wanted ? "is(true)" : "is(false)";
}
