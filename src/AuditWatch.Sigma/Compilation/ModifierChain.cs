using AuditWatch.Sigma.Matching;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Sigma.Compilation;

/// <summary>Applies modifiers to a value, from left to right, and makes the matcher.</summary>
internal sealed class ModifierChain
{
    readonly ProblemList _problems;
    readonly string[] _transforms;
    readonly string? _comparison;
    readonly string? _datePart;
    readonly bool _cased;
    readonly bool _keywords;
    readonly bool _network;
    readonly RegexBuilder? _regex;

    public ModifierChain(IReadOnlyList<string> modifiers, bool keywords, ProblemList problems)
    {
        _problems = problems;
        _keywords = keywords;
        _cased = modifiers.Contains("cased");
        _network = modifiers.Contains("cidr");
        _comparison = modifiers.FirstOrDefault(Modifiers.IsComparison);
        _datePart = modifiers.FirstOrDefault(Modifiers.IsDatePart);
        _regex = modifiers.Contains("re") ? new(modifiers, problems) : null;
        _transforms = [.. modifiers.Where(m => m is "contains" or "startswith" or "endswith" or "windash" or "base64" or "base64offset" or "utf16" or "utf16le" or "utf16be" or "wide")];
        NeedsField = modifiers.Contains("fieldref");
    }

    bool NeedsField { get; }

    /// <summary>Null, with a problem, when the value does not fit the modifiers.</summary>
    public ValueMatcher? Compile(SigmaScalar value)
    {
        if (NeedsField) return Wrong(value, "'fieldref' takes the name of another field.", "Write 'field|fieldref: other.field'.");
        if (value.Kind == SigmaScalarKind.Null)
            return Wrong(value, _keywords ? "null is no keyword." : "null cannot be given to these modifiers.", "Write 'field: null' for an absent field; quote the text \"null\" if it is meant.");
        if (_regex is not null) return value.Kind == SigmaScalarKind.Boolean ? Wrong(value, "'re' takes a pattern.", "Quote it.") : _regex.Compile(value);
        if (_network)
        {
            if (NetworkMatcher.Create(value.Text, out var fault) is { } network) return network;
            _problems.Error(Codes.Network, value.Place, fault, "Write for instance 10.0.0.0/8 or fd00::/8.");
            return null;
        }
        if (_comparison is not null || _datePart is not null) return Number(value);
        if (value.Kind == SigmaScalarKind.Boolean)
            return _transforms.Length > 0 ? Wrong(value, $"'{_transforms[0]}' takes a text.", "Quote the value.") : _keywords ? Text(value) : new BooleanMatcher(value.Text == "true");
        if (value.Kind == SigmaScalarKind.Number && _transforms.Length == 0 && !_keywords) return NumberMatcher.Create("eq", value.Text) ?? Text(value);
        return Text(value);
    }

    ValueMatcher? Number(SigmaScalar value)
    {
        if (value.Kind is not (SigmaScalarKind.Number or SigmaScalarKind.Text) || NumberMatcher.Create(_comparison ?? "eq", value.Text) is not { } number)
            return Wrong(value, $"'{_comparison ?? _datePart}' takes a number.", "Write a number.");
        return _datePart is null ? number : new DatePartMatcher(_datePart, number);
    }

    ValueMatcher? Text(SigmaScalar value)
    {
        IReadOnlyList<Pattern> patterns = [value.Kind == SigmaScalarKind.Text ? Pattern.Parse(value.Text) : Pattern.Literal(value.Text)];
        foreach (var transform in _transforms)
        {
            patterns = TextTransforms.Apply(transform, patterns, value.Place, _problems);
            if (patterns.Count == 0) return null;
        }
        // A keyword is found anywhere in a value.
        if (_keywords && !_transforms.Contains("contains")) patterns = [.. patterns.Select(p => p.Contains())];
        if (patterns.Any(p => p.Codes.Length > 1 && Array.TrueForAll(p.Codes, c => c == Pattern.Many)))
            _problems.Warning(Codes.MatchesEverything, value.Place, "This value matches every text.", "Write 'field|exists: true' if presence is meant.");
        return patterns.Count == 1 ? new GlobMatcher(patterns[0], _cased) : new AnyMatcher([.. patterns.Select(p => new GlobMatcher(p, _cased))]);
    }

    ValueMatcher? Wrong(SigmaScalar value, string message, string fix)
    {
        _problems.Error(Codes.ValueType, value.Place, message, fix);
        return null;
    }
}
