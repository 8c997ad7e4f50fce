using System.Collections.Frozen;
using AuditWatch.Sigma.Evaluation;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Sigma.Compilation;

/// <summary>A rule as a tree of nodes.</summary>
internal sealed class RunnableRule(SigmaDocument source, Node root, IReadOnlyList<string> fields, string revision) : CompiledRule
{
    public override SigmaDocument Source => source;

    public override string Revision => revision;

    public override IReadOnlyList<string> Fields => fields;

    public override Verdict Evaluate(EventView view)
    {
        try
        {
            return root.Evaluate(view, default);
        }
        catch (InvalidOperationException)
        {
            // System.Text.Json gives up on a value that is malformed in a way nobody foresaw: then nobody knows.
            return Verdict.Unknown(UnknownReason.Malformed);
        }
    }

    public override IReadOnlyList<MatchedLeaf> Explain(EventView view)
    {
        if (Evaluate(view).Truth != Truth.True) return [];
        var found = new Explanation();
        root.Explain(view, default, found);
        return found.Leaves;
    }

    public override IReadOnlyCollection<string>? NeededTexts(Func<string, string?> pathOf) => root.Needed(pathOf)?.Texts;

    public override IReadOnlySet<string>? PossibleValues(string field) => root.PossibleValues(field)?.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
}
