using System.Globalization;
using System.Text.Json;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Sigma.Evaluation;

/// <summary>An array block: its body is asked of elements one at a time, so that several conditions hold for the same element.</summary>
internal sealed class ArrayNode : Node
{
    readonly FieldSource _source;
    readonly ArrayQuantifier _quantifier;
    readonly int _index;
    readonly Node _body;
    readonly Elements _elements;

    ArrayNode(FieldSource source, ArrayQuantifier quantifier, int index, Node body)
    {
        (_source, _quantifier, _index, _body) = (source, quantifier, index, body);
        _elements = new(this);
    }

    /// <summary><c>[none]</c> is the opposite of <c>[any]</c>, also where there is no array.</summary>
    public static Node Of(FieldSource source, ArrayQuantifier quantifier, int index, Node body) =>
        quantifier == ArrayQuantifier.None ? NotNode.Of(new ArrayNode(source, ArrayQuantifier.Any, 0, body)) : new ArrayNode(source, quantifier, index, body);

    public override Verdict Evaluate(EventView view, in JsonElement element) => _source.Ask(view, element, _elements);

    public override void Explain(EventView view, in JsonElement element, Explanation into) => _source.Ask(view, element, new Elements(this) { Into = into });

    // Of an empty array, or none, only "all or empty" is true.
    public override NeededText? Needed(Func<string, string?> pathOf) =>
        _quantifier == ArrayQuantifier.AllOrEmpty || _source.PathIn(pathOf) is not { } path ? null : NeededText.Better(_body.Needed(pathOf), NeededText.OfPath(path));

    public override void CollectFields(ICollection<string> into)
    {
        _source.CollectFields(into);
        _body.CollectFields(into);
    }

    public override string Canonical => string.Create(CultureInfo.InvariantCulture, $"{_source.Field.Length}:{_source.Field}[{_quantifier}{(_quantifier == ArrayQuantifier.Index ? _index : "")}]({_body.Canonical})");

    public override int Cost => 16 + _body.Cost;

    Verdict Over(in JsonElement array, EventView view)
    {
        if (_quantifier == ArrayQuantifier.Index)
            return TryPick(array, out _) is { } picked ? _body.Evaluate(view, picked) : Verdict.False;
        var every = _quantifier is ArrayQuantifier.All or ArrayQuantifier.AllOrEmpty;
        if (every && array.GetArrayLength() == 0) return _quantifier == ArrayQuantifier.All ? Verdict.False : Verdict.True;
        var verdict = every ? Verdict.True : Verdict.False;
        foreach (var member in array.EnumerateArray())
        {
            var one = _body.Evaluate(view, member);
            verdict = every ? verdict.And(one) : verdict.Or(one);
            if (verdict.Truth == (every ? Truth.False : Truth.True)) break;
        }
        return verdict;
    }

    JsonElement? TryPick(in JsonElement array, out int at)
    {
        var length = array.GetArrayLength();
        at = _index < 0 ? length + _index : _index;
        return at >= 0 && at < length ? array[at] : null;
    }

    void ExplainOver(in JsonElement array, EventView view, Explanation into)
    {
        var outer = into.Path;
        var name = outer.Length == 0 ? _source.Field : _source.Field == "." ? outer : outer + "." + _source.Field;
        var at = 0;
        foreach (var member in array.EnumerateArray())
        {
            if (into.IsFull) break;
            var wanted = _quantifier != ArrayQuantifier.Index || (TryPick(array, out var picked) is not null && picked == at);
            if (wanted && _body.Evaluate(view, member).Truth == Truth.True)
            {
                into.Path = string.Create(CultureInfo.InvariantCulture, $"{name}[{at}]");
                _body.Explain(view, member, into);
                if (_quantifier is ArrayQuantifier.Any or ArrayQuantifier.Index) break;
            }
            at++;
        }
        into.Path = outer;
    }

    /// <summary>Takes the array as a whole; anything else that is present is no array.</summary>
    sealed class Elements(ArrayNode node) : ValueTest
    {
        public Explanation? Into { get; init; }

        public override Verdict On(scoped in FieldValue value, EventView view)
        {
            if (value.Kind == FieldKind.Unknown) return Verdict.Unknown(value.Why);
            if (value.Kind == FieldKind.Array)
            {
                if (Into is not null) node.ExplainOver(value.Element, view, Into);
                return node.Over(value.Element, view);
            }
            return OnScalar(value, view);
        }

        protected override Verdict OnScalar(scoped in FieldValue value, EventView view) =>
            node._quantifier == ArrayQuantifier.AllOrEmpty && value.Kind is (FieldKind.Absent or FieldKind.Null) ? Verdict.True : Verdict.False;

        public override string Canonical => "elements";
    }
}
