using System.Text;
using System.Text.Json;

namespace AuditWatch.Sigma.Evaluation;

/// <summary>A question about one field.</summary>
internal sealed class LeafNode(FieldSource source, ValueTest test) : Node
{
    readonly SymbolMemo _memo = new();
    readonly int _slot = source is EventField field && test is MatchTest ? field.Slot : -1;

    public override Verdict Evaluate(EventView view, in JsonElement element)
    {
        if (_slot < 0) return source.Ask(view, element, test);
        // The hot path: most rules test fields whose texts the source interns, so a text is compared once in a process.
        var symbol = view.SymbolOf(_slot);
        return (symbol < 0 ? 0 : _memo[symbol]) switch { 1 => Verdict.False, 2 => Verdict.True, _ => AskValue(view) };
    }

    Verdict AskValue(EventView view)
    {
        var value = view.Get(_slot);
        if (value.Kind != FieldKind.Text || value.Symbol < 0) return test.On(value, view);
        var known = _memo[value.Symbol];
        if (known is 1 or 2) return known == 2 ? Verdict.True : Verdict.False;
        var verdict = test.On(value, view);
        if (known == 0) _memo.Set(value.Symbol, view.Withheld(value.Utf8) != UnknownReason.None ? 3 : verdict.Truth == Truth.True ? 2 : 1);
        return verdict;
    }

    public override void Explain(EventView view, in JsonElement element, Explanation into)
    {
        var witness = new Witness(test);
        source.Ask(view, element, witness);
        into.Add(source.Field, witness.Text);
    }

    public override IReadOnlyCollection<string>? PossibleValues(string field) => source is EventField && source.Field == field ? test.PossibleTexts : null;

    public override NeededText? Needed(Func<string, string?> pathOf) => source.PathIn(pathOf) is { } path ? test.Needed(path) : null;

    public override void CollectFields(ICollection<string> into) => source.CollectFields(into);

    // Length first, so that no field name can look like another leaf.
    public override string Canonical => $"{source.Field.Length}:{source.Field}~{test.Canonical}";

    public override int Cost => source is EventField ? 1 : 4;

    /// <summary>Remembers the first value that the test said yes to.</summary>
    sealed class Witness(ValueTest test) : ValueTest
    {
        public string Text { get; private set; } = "";

        bool _found;

        public override Verdict On(scoped in FieldValue value, EventView view)
        {
            if (value.Kind == FieldKind.Array && test is not ExistsTest) return base.On(value, view);
            var verdict = test.On(value, view);
            if (verdict.Truth == Truth.True && !_found)
            {
                _found = true;
                Text = Describe(value);
            }
            return verdict;
        }

        protected override Verdict OnScalar(scoped in FieldValue value, EventView view) => test.On(value, view);

        public override string Canonical => test.Canonical;

        static string Describe(scoped in FieldValue value) => value.Kind switch
        {
            FieldKind.Text or FieldKind.Number => Encoding.UTF8.GetString(value.Utf8.Length > 4 * Explanation.MaxCharacters ? value.Utf8[..(4 * Explanation.MaxCharacters)] : value.Utf8),
            FieldKind.True => "true",
            FieldKind.False => "false",
            FieldKind.Null => "null",
            FieldKind.Array or FieldKind.Object => value.Element.GetRawText(),
            _ => "",
        };
    }
}
