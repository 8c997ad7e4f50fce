using System.Text.Json;
using AuditWatch.Sigma.Matching;

namespace AuditWatch.Sigma.Evaluation;

/// <summary>A search in every leaf value of the event, or, inside an array block, of the element.</summary>
internal sealed class KeywordNode(ValueMatcher matcher, bool inElement) : Node
{
    [ThreadStatic] static Search? _search;

    readonly MatchTest _test = new(matcher);

    public override Verdict Evaluate(EventView view, in JsonElement element)
    {
        if (inElement) return OverLeaves(element, view);
        var search = _search ??= new();
        var found = search.Run(view, _test, out var why);
        return found ? Verdict.True : why == UnknownReason.None ? Verdict.False : Verdict.Unknown(why);
    }

    public override void Explain(EventView view, in JsonElement element, Explanation into)
    {
        var text = "";
        if (!inElement) (_search ??= new()).RunFor(view, _test, ref text);
        into.Add(inElement ? "." : "", text);
    }

    public override void CollectFields(ICollection<string> into)
    {
    }

    public override string Canonical => "keyword~" + _test.Canonical;

    public override int Cost => 64;

    Verdict OverLeaves(in JsonElement element, EventView view)
    {
        var verdict = Verdict.False;
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject()) verdict = verdict.Or(OverLeaves(property.Value, view));
                return verdict;
            case JsonValueKind.Array:
                foreach (var member in element.EnumerateArray()) verdict = verdict.Or(OverLeaves(member, view));
                return verdict;
            default:
                return _test.OnElement(element, view);
        }
    }

    /// <summary>One search at a time per thread, so that nothing is allocated per event.</summary>
    sealed class Search
    {
        readonly LeafVisitor _visit;
        EventView? _view;
        MatchTest? _test;
        UnknownReason _why;
        byte[]? _found;
        bool _keep;

        public Search() => _visit = Visit;

        public bool Run(EventView view, MatchTest test, out UnknownReason why)
        {
            (_view, _test, _why) = (view, test, UnknownReason.None);
            var found = view.AnyLeaf(_visit, out var unseen);
            why = _why | unseen;
            (_view, _test) = (null, null);
            return found;
        }

        public void RunFor(EventView view, MatchTest test, ref string text)
        {
            _keep = true;
            if (Run(view, test, out _) && _found is not null) text = System.Text.Encoding.UTF8.GetString(_found);
            (_keep, _found) = (false, null);
        }

        bool Visit(ReadOnlySpan<byte> text)
        {
            var verdict = _test!.OnText(text, _view!);
            if (verdict.Truth == Truth.Unknown) _why |= verdict.Why;
            if (verdict.Truth == Truth.True && _keep) _found = text[..Math.Min(text.Length, 4 * Explanation.MaxCharacters)].ToArray();
            return verdict.Truth == Truth.True;
        }
    }
}
