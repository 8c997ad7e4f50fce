using System.Text.RegularExpressions;
using AuditWatch.Sigma.Matching;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Sigma.Compilation;

/// <summary>Compiles <c>re</c> values, linear time only.</summary>
internal sealed class RegexBuilder
{
    const int MaxCharacters = 8_192;

    readonly RegexOptions _options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
    readonly ProblemList _problems;
    readonly bool _starts;
    readonly bool _ends;

    public RegexBuilder(IReadOnlyList<string> modifiers, ProblemList problems)
    {
        _problems = problems;
        if (modifiers.Contains("i")) _options |= RegexOptions.IgnoreCase;
        if (modifiers.Contains("m")) _options |= RegexOptions.Multiline;
        if (modifiers.Contains("s")) _options |= RegexOptions.Singleline;
        _starts = modifiers.Contains("startswith");
        _ends = modifiers.Contains("endswith");
    }

    public RegexMatcher? Compile(SigmaScalar value)
    {
        if (value.Text.Length is 0 or > MaxCharacters)
        {
            _problems.Error(Codes.Regex, value.Place, value.Text.Length == 0 ? "The pattern is empty; it would match everything." : $"The pattern is longer than {MaxCharacters} characters.", "Write a shorter pattern, or several.");
            return null;
        }
        var text = _starts ? $@"\A(?:{value.Text})" : _ends ? $@"(?:{value.Text})\z" : value.Text;
        try
        {
            return new(new Regex(text, _options));
        }
        catch (NotSupportedException)
        {
            _problems.Error(Codes.Regex, value.Place, $"The pattern '{Short(value.Text)}' cannot be searched in linear time (look-around, back reference, atomic group, or too many repetitions): a rule must never hang.", "Use a second selection with 'not' instead of a look-around.");
        }
        catch (ArgumentException wrong)
        {
            _problems.Error(Codes.Regex, value.Place, $"The pattern '{Short(value.Text)}' is not valid: {wrong.Message}", "Correct the pattern; it is a regular expression, so quote special characters with a backslash.");
        }
        return null;
    }

    static string Short(string text) => text.Length <= 80 ? text : text[..79] + "…";
}
