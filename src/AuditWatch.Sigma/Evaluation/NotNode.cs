using System.Text.Json;

namespace AuditWatch.Sigma.Evaluation;

/// <summary>Not; what is unknown stays unknown.</summary>
internal sealed class NotNode : Node
{
    readonly Node _item;

    NotNode(Node item) => _item = item;

    public static Node Of(Node item) => item is NotNode not ? not._item : new NotNode(item);

    public override Verdict Evaluate(EventView view, in JsonElement element) => _item.Evaluate(view, element).Negate();

    // What did not happen has no leaf to show.
    public override void Explain(EventView view, in JsonElement element, Explanation into)
    {
    }

    public override void CollectFields(ICollection<string> into) => _item.CollectFields(into);

    public override string Canonical => "not(" + _item.Canonical + ")";

    public override int Cost => _item.Cost;
}
