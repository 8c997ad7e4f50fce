namespace AuditWatch.Sigma.Matching;

/// <summary>Answers whether one scalar is what a detection item asks for. Immutable, shared by all threads, allocates nothing.</summary>
internal abstract class ValueMatcher
{
    /// <summary>A byte that stands, in a text with withheld parts, for characters that nobody knows. It never occurs in UTF-8.</summary>
    public const byte Withheld = 0xFF;

    /// <summary>
    /// Whether a text matches. With <paramref name="withheld"/> the text holds one <see cref="Withheld"/> byte, and the answer may be yes only if it would be
    /// yes whatever stood there.
    /// </summary>
    public abstract bool MatchesText(ReadOnlySpan<byte> utf8, bool withheld);

    /// <summary>Whether a JSON number, as written, matches: by default its text.</summary>
    public virtual bool MatchesNumber(ReadOnlySpan<byte> utf8) => MatchesText(utf8, withheld: false);

    /// <summary>Whether a JSON boolean matches: by default its text.</summary>
    public virtual bool MatchesBoolean(bool value) => MatchesText(value ? "true"u8 : "false"u8, withheld: false);

    /// <summary>Whether an object matches: only <c>*</c>, any value, does.</summary>
    public virtual bool MatchesObject => false;

    /// <summary>The only texts that can match (compared without case), or null when they cannot be listed.</summary>
    public virtual IReadOnlyCollection<string>? PossibleTexts => null;

    /// <summary>Texts one of which every text that matches contains (compared without case), or null when that cannot be said.</summary>
    public virtual IReadOnlyCollection<string>? NeededTexts => PossibleTexts;

    /// <summary>Whether it is equality with one number.</summary>
    public virtual bool IsOneNumber => false;

    /// <summary>The same for equal matchers: what the revision of a rule is made of.</summary>
    public abstract string Canonical { get; }
}
