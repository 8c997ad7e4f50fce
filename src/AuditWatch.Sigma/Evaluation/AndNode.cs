using System.Text.Json;

namespace AuditWatch.Sigma.Evaluation;

/// <summary>All must hold. One certain no decides; otherwise every reason for not knowing is kept.</summary>
internal sealed class AndNode : Node
{
    readonly Node[] _written;
    // For asking: flat, without names, the cheapest first.
    readonly Node[] _items;

    AndNode(Node[] written)
    {
        _written = written;
        _items = [.. written.SelectMany(n => n.Bare is AndNode and ? and._items : [n.Bare]).OrderBy(n => n.Cost)];
    }

    public static Node Of(IEnumerable<Node> nodes)
    {
        Node[] written = [.. nodes];
        return written.Length == 1 ? written[0] : new AndNode(written);
    }

    public override Verdict Evaluate(EventView view, in JsonElement element)
    {
        var why = UnknownReason.None;
        var unknown = false;
        foreach (var item in _items)
        {
            var verdict = item.Evaluate(view, element);
            if (verdict.Truth == Truth.False) return Verdict.False;
            if (verdict.Truth == Truth.Unknown) { unknown = true; why |= verdict.Why; }
        }
        return unknown ? Verdict.Unknown(why) : Verdict.True;
    }

    public override void Explain(EventView view, in JsonElement element, Explanation into)
    {
        foreach (var item in _written) item.Explain(view, element, into);
    }

    // Any one set is a sound bound. They are not intersected: an array may hold several of the values at once.
    public override IReadOnlyCollection<string>? PossibleValues(string field)
    {
        IReadOnlyCollection<string>? least = null;
        foreach (var item in _items)
            if (item.PossibleValues(field) is { } some && (least is null || some.Count < least.Count)) least = some;
        return least;
    }

    public override NeededText? Needed(Func<string, string?> pathOf)
    {
        NeededText? best = null;
        foreach (var item in _items) best = NeededText.Better(best, item.Needed(pathOf));
        return best;
    }

    public override void CollectFields(ICollection<string> into)
    {
        foreach (var item in _items) item.CollectFields(into);
    }

    public override string Canonical => "and(" + string.Join(",", _items.Select(i => i.Canonical).Distinct().Order(StringComparer.Ordinal)) + ")";

    public override int Cost => _items.Sum(i => i.Cost);
}
