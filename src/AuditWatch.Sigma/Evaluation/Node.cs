using System.Text.Json;

namespace AuditWatch.Sigma.Evaluation;

/// <summary>A part of a compiled rule. Inside array blocks questions go to <c>element</c>, else to the event.</summary>
internal abstract class Node
{
    /// <summary>Kleene's answer. Never throws for content that the view hands out.</summary>
    public abstract Verdict Evaluate(EventView view, in JsonElement element);

    /// <summary>Adds the leaves that made it true; called only when it is.</summary>
    public abstract void Explain(EventView view, in JsonElement element, Explanation into);

    /// <summary>Texts one of which the field must have for this not to be false; null when that cannot be said.</summary>
    public virtual IReadOnlyCollection<string>? PossibleValues(string field) => null;

    /// <summary>
    /// Texts one of which must be written where the fields lie that <paramref name="pathOf"/> knows (see <see cref="Compilation.CompiledRule.NeededTexts"/>); null when that
    /// cannot be said.
    /// </summary>
    public virtual NeededText? Needed(Func<string, string?> pathOf) => null;

    /// <summary>Adds the event's fields that are read.</summary>
    public abstract void CollectFields(ICollection<string> into);

    /// <summary>Equal for nodes that mean the same.</summary>
    public abstract string Canonical { get; }

    /// <summary>The node without names around it, for asking only.</summary>
    public virtual Node Bare => this;

    /// <summary>Rough order of cost: cheap questions are asked first.</summary>
    public virtual int Cost => 1;
}
