using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Lint;

/// <summary>One place where a rule asks about a field.</summary>
/// <param name="Path">The whole path, through array blocks, without their selectors.</param>
/// <param name="Test">What is asked.</param>
/// <param name="Selection">In which selection.</param>
/// <param name="Block">The innermost array block around it, if any.</param>
/// <param name="Quantifier">How many elements of that block must hold.</param>
/// <param name="IsChoice">Whether it is one of several alternatives.</param>
sealed record FieldUse(string Path, FieldTest Test, SigmaSelection Selection, string? Block, ArrayQuantifier? Quantifier, bool IsChoice)
{
    /// <summary>Values as written, where they are compared as a whole (no modifier changes their meaning); null otherwise.</summary>
    public IReadOnlyList<string>? Literals =>
        Test.Modifiers.All(m => m is "cased") && Test.Values.All(v => v.Kind != SigmaScalarKind.Null && !HasWildcard(v.Text)) ? [.. Test.Values.Select(v => v.Text)] : null;

    static readonly FieldTest Nothing = new("", [], [], false, default);

    public bool Has(string modifier) => Test.Modifiers.Contains(modifier);

    public static IEnumerable<FieldUse> In(SigmaSelection selection) => In(selection.Body, new FieldUse("", Nothing, selection, null, null, false));

    static IEnumerable<FieldUse> In(Criterion criterion, FieldUse around) => criterion switch
    {
        AllOf all => all.Items.SelectMany(i => In(i, around)),
        AnyOf any => any.Items.SelectMany(i => In(i, around with { IsChoice = true })),
        ArrayTest array => In(array.Body, around with { Path = Join(around.Path, array.Field), Block = Join(around.Path, array.Field), Quantifier = array.Quantifier }),
        NestedDetection nested => nested.Detection.Selections.SelectMany(s => In(s.Body, around with { IsChoice = true })),
        FieldTest field => [around with { Path = Join(around.Path, field.Field), Test = field }],
        _ => [],
    };

    static string Join(string prefix, string field) => prefix.Length == 0 ? field : field == "." ? prefix : prefix + "." + field;

    static bool HasWildcard(string text) => text.Contains('*', StringComparison.Ordinal) || text.Contains('?', StringComparison.Ordinal);
}
