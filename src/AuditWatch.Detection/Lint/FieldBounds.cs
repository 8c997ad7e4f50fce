using System.Globalization;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Lint;

/// <summary>What several selections together say about one field that has one value at most. Only what is certain is taken in.</summary>
sealed class FieldBounds(string field)
{
    readonly List<Func<string, bool>> _filters = [];
    HashSet<string>? _allowed;
    bool _mustExist, _mustBeAbsent;
    double _least = double.NegativeInfinity, _most = double.PositiveInfinity;

    public bool IsImpossible
    {
        get
        {
            if (_mustBeAbsent && (_mustExist || _allowed is not null)) return true;
            if (_least > _most) return true;
            return _allowed is not null && !_allowed.Any(v => _filters.All(f => f(v)) && InRange(v));
        }
    }

    public void Want(Criterion criterion)
    {
        if (Literals(criterion) is { } values)
        {
            if (_allowed is null) _allowed = values;
            else _allowed.IntersectWith(values);
        }

        foreach (var test in Direct(criterion)) Narrow(test);
    }

    public void Refuse(Criterion criterion)
    {
        if (criterion is not FieldTest test || test.Field != field) return;
        if (test.Modifiers.Contains("exists")) Existence(test.Values[0].Text != "true");
        else if (IsNull(test)) _mustExist = true;
        else if (test.Modifiers.Count == 0 && Plain(test) is { } refused) _filters.Add(v => !refused.Contains(v));
    }

    HashSet<string>? Literals(Criterion criterion)
    {
        switch (criterion)
        {
            case FieldTest test when test.Field == field && test.Modifiers.All(m => m == "cased") && !IsNull(test):
                return Plain(test);
            case AllOf all:
                HashSet<string>? both = null;
                foreach (var some in all.Items.Select(Literals).OfType<HashSet<string>>())
                {
                    if (both is null) both = some;
                    else both.IntersectWith(some);
                }

                return both;
            case AnyOf any:
                var either = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
                foreach (var item in any.Items)
                {
                    if (Literals(item) is not { } some) return null;
                    either.UnionWith(some);
                }

                return either;
            default:
                return null;
        }
    }

    void Narrow(FieldTest test)
    {
        var texts = test.Values.Select(v => v.Text).ToArray();
        if (IsNull(test)) _mustBeAbsent = true;
        else if (test.Modifiers is ["exists"]) Existence(texts[0] == "true");
        else if (texts.Any(t => t.Contains('*', StringComparison.Ordinal) || t.Contains('?', StringComparison.Ordinal) || t.Contains('\\', StringComparison.Ordinal))) return;
        else if (test.Modifiers is ["neq"]) _filters.Add(v => !texts.Contains(v, StringComparer.OrdinalIgnoreCase));
        else if (test.Modifiers is ["startswith"]) _filters.Add(v => texts.Any(t => v.StartsWith(t, StringComparison.OrdinalIgnoreCase)));
        else if (test.Modifiers is ["endswith"]) _filters.Add(v => texts.Any(t => v.EndsWith(t, StringComparison.OrdinalIgnoreCase)));
        else if (test.Modifiers is ["contains"]) _filters.Add(v => texts.Any(t => v.Contains(t, StringComparison.OrdinalIgnoreCase)));
        else if (test.Modifiers is [var order] && texts.Length == 1 && double.TryParse(texts[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var bound)) Order(order, bound);
    }

    // Codes and limits are whole numbers.
    void Order(string modifier, double bound)
    {
        if (modifier is "gt" or "gte") _least = Math.Max(_least, modifier == "gt" ? Math.Floor(bound) + 1 : Math.Ceiling(bound));
        if (modifier is "lt" or "lte") _most = Math.Min(_most, modifier == "lt" ? Math.Ceiling(bound) - 1 : Math.Floor(bound));
    }

    bool InRange(string value) =>
        (double.IsNegativeInfinity(_least) && double.IsPositiveInfinity(_most)) || !double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || (number >= _least && number <= _most);

    void Existence(bool there)
    {
        if (there) _mustExist = true;
        else _mustBeAbsent = true;
    }

    IEnumerable<FieldTest> Direct(Criterion criterion) => criterion switch
    {
        FieldTest test when test.Field == field => [test],
        AllOf all => all.Items.SelectMany(Direct),
        _ => [],
    };

    static bool IsNull(FieldTest test) => test.Values is [{ Kind: SigmaScalarKind.Null }] && test.Modifiers.Count == 0;

    static HashSet<string>? Plain(FieldTest test) =>
        test.Values.Any(v => v.Text.AsSpan().IndexOfAny('*', '?', '\\') >= 0) ? null : new HashSet<string>(test.Values.Select(v => v.Text), StringComparer.OrdinalIgnoreCase);
}
