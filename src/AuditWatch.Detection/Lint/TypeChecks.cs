using System.Globalization;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Lint;

/// <summary>Comparisons that cannot hold because the field holds another kind of value.</summary>
static class TypeChecks
{
    public static void Check(LintedRule rule)
    {
        foreach (var use in rule.Uses)
        {
            if (use.Has("exists") || use.Has("fieldref") || use.Has("expand")) continue;
            var type = FieldTypes.Of(use.Path);
            if (type is FieldType.Text or FieldType.ListOfText && use.Test.Modifiers.Any(m => m is "lt" or "lte" or "gt" or "gte") && !use.Path.EndsWith("imestamp", StringComparison.Ordinal)
                && !use.Path.StartsWith("annotations.", StringComparison.Ordinal))
                rule.Error(LintCodes.Type, use.Test.Place, $"'{use.Path}' is a text; it has no order.", "Compare a number, for instance responseStatus.code.");
            foreach (var value in use.Test.Values)
                if (Fault(use, type, value) is { } wanted)
                    rule.Error(LintCodes.Type, value.Place, $"'{use.Path}' is {wanted}; it is never '{value.Text}'.", Fix(use, type));
        }
    }

    static string? Fault(FieldUse use, FieldType type, SigmaScalar value) => type switch
    {
        _ when value.Kind == SigmaScalarKind.Null => null,
        FieldType.Number when !IsNumeral(value.Text) => "a number",
        FieldType.Boolean when value.Text is not ("true" or "false") && !IsPattern(value.Text) => "true or false",
        FieldType.Object when value.Text != "*" => use.Path.EndsWith('s') ? "a list of objects, or an object" : "an object",
        FieldType.Text when value.Kind == SigmaScalarKind.Boolean && use.Path != "requestURI" && !use.Path.StartsWith("annotations.", StringComparison.Ordinal) => "a text",
        _ => null,
    };

    static string Fix(FieldUse use, FieldType type) => type switch
    {
        FieldType.Number when use.Path == "responseStatus.code" => "Write an HTTP code, or ask 'aw.outcome: success'; the authorizer's decision is 'aw.decision'.",
        FieldType.Number => "Write a number.",
        FieldType.Boolean => "Write true or false.",
        FieldType.Object => $"Ask about a part of it, for instance '{use.Path}.…', or '{use.Path}[any]' for its elements.",
        _ => "Write a text.",
    };

    static bool IsNumeral(string text) => IsPattern(text) || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    static bool IsPattern(string text) => text.Length > 0 && text.All(c => char.IsAsciiDigit(c) || c is '*' or '?');
}
