using System.Globalization;
using System.Text.Json;

namespace AuditWatch.Sigma.Evaluation;

/// <summary>At least a number of several must hold; with 1, <c>or</c>.</summary>
internal sealed class CountNode : Node
{
    readonly Node[] _written;
    // For asking: without names, the cheapest first; alternatives of alternatives laid flat.
    readonly Node[] _items;
    readonly int _least;

    CountNode(Node[] written, int least)
    {
        (_written, _least) = (written, least);
        _items = [.. written.SelectMany(n => least == 1 && n.Bare is CountNode { _least: 1 } or ? or._items : [n.Bare]).OrderBy(n => n.Cost)];
    }

    public static Node Or(IEnumerable<Node> nodes) => AtLeast(1, nodes);

    public static Node AtLeast(int least, IEnumerable<Node> nodes)
    {
        Node[] written = [.. nodes];
        return written.Length == 1 ? written[0] : new CountNode(written, least);
    }

    public override Verdict Evaluate(EventView view, in JsonElement element)
    {
        var why = UnknownReason.None;
        int yes = 0, unknown = 0;
        foreach (var item in _items)
        {
            var verdict = item.Evaluate(view, element);
            if (verdict.Truth == Truth.True && ++yes == _least) return Verdict.True;
            if (verdict.Truth == Truth.Unknown) { unknown++; why |= verdict.Why; }
        }
        return yes + unknown >= _least ? Verdict.Unknown(why) : Verdict.False;
    }

    public override void Explain(EventView view, in JsonElement element, Explanation into)
    {
        foreach (var item in _written)
            if (item.Evaluate(view, element).Truth == Truth.True) item.Explain(view, element, into);
    }

    public override IReadOnlyCollection<string>? PossibleValues(string field)
    {
        var all = new List<string>();
        foreach (var item in _items)
        {
            if (item.PossibleValues(field) is not { } some) return null;
            all.AddRange(some);
        }
        return all;
    }

    public override NeededText? Needed(Func<string, string?> pathOf)
    {
        NeededText? all = null;
        foreach (var item in _items)
        {
            if (item.Needed(pathOf) is not { } one) return null;
            all = all is null ? one : all.Or(one);
            if (all is null) return null;
        }
        return all;
    }

    public override void CollectFields(ICollection<string> into)
    {
        foreach (var item in _items) item.CollectFields(into);
    }

    public override string Canonical
    {
        get
        {
            // Alternatives may repeat without a change of meaning; counted ones may not.
            var parts = _items.Select(i => i.Canonical);
            return string.Create(CultureInfo.InvariantCulture, $"{_least}of({string.Join(",", (_least == 1 ? parts.Distinct() : parts).Order(StringComparer.Ordinal))})");
        }
    }

    public override int Cost => _items.Sum(i => i.Cost);
}
