using System.Text.Json;

namespace AuditWatch.Sigma.Evaluation;

/// <summary>A selection under its name, which explanations show.</summary>
internal sealed class SelectionNode(string name, Node body) : Node
{
    public override Verdict Evaluate(EventView view, in JsonElement element) => body.Evaluate(view, element);

    public override void Explain(EventView view, in JsonElement element, Explanation into)
    {
        var outer = into.Selection;
        // Inside an array block the outermost name stays: that is the one the condition speaks of.
        if (outer.Length == 0) into.Selection = name;
        body.Explain(view, element, into);
        into.Selection = outer;
    }

    public override IReadOnlyCollection<string>? PossibleValues(string field) => body.PossibleValues(field);

    public override NeededText? Needed(Func<string, string?> pathOf) => body.Needed(pathOf);

    public override void CollectFields(ICollection<string> into) => body.CollectFields(into);

    public override string Canonical => body.Canonical;

    public override Node Bare => body.Bare;

    public override int Cost => body.Cost;
}
