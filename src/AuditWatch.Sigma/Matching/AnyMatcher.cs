namespace AuditWatch.Sigma.Matching;

/// <summary>One of several.</summary>
internal sealed class AnyMatcher(IReadOnlyList<ValueMatcher> alternatives) : ValueMatcher
{
    readonly ValueMatcher[] _alternatives = [.. alternatives];
    readonly Letters? _letters = Letters.Of([.. alternatives.Select(a => a.NeededTexts)]);

    public override bool MatchesText(ReadOnlySpan<byte> utf8, bool withheld)
    {
        if (_letters is { } letters && !withheld && Letters.TryRead(utf8, out var found))
        {
            for (var i = 0; i < _alternatives.Length; i++)
                if (letters.Admits(i, found) && _alternatives[i].MatchesText(utf8, withheld: false)) return true;
            return false;
        }

        foreach (var one in _alternatives)
            if (one.MatchesText(utf8, withheld)) return true;
        return false;
    }

    public override bool MatchesNumber(ReadOnlySpan<byte> utf8)
    {
        foreach (var one in _alternatives)
            if (one.MatchesNumber(utf8)) return true;
        return false;
    }

    public override bool MatchesBoolean(bool value)
    {
        foreach (var one in _alternatives)
            if (one.MatchesBoolean(value)) return true;
        return false;
    }

    public override bool MatchesObject => Array.Exists(_alternatives, a => a.MatchesObject);

    public override IReadOnlyCollection<string>? PossibleTexts => Together(a => a.PossibleTexts);

    public override IReadOnlyCollection<string>? NeededTexts => Together(a => a.NeededTexts);

    List<string>? Together(Func<ValueMatcher, IReadOnlyCollection<string>?> texts)
    {
        var all = new List<string>();
        foreach (var one in _alternatives)
        {
            if (texts(one) is not { } some) return null;
            all.AddRange(some);
        }
        return all;
    }

    public override string Canonical => "any[" + string.Join(",", _alternatives.Select(a => a.Canonical).Order(StringComparer.Ordinal)) + "]";
}
