using AuditWatch.Sigma.Evaluation;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Sigma.Compilation;

/// <summary>A rule ready to run: immutable, shared by all threads.</summary>
public abstract class CompiledRule
{
    /// <summary>The document it was compiled from.</summary>
    public abstract SigmaDocument Source { get; }

    /// <summary>Hash (16 hex) of the compiled rule with filters and lists applied: changes exactly when its meaning may have changed.</summary>
    public abstract string Revision { get; }

    /// <summary>Evaluates one event. Never throws for content.</summary>
    public abstract Verdict Evaluate(EventView view);

    /// <summary>The leaves that made a true verdict true.</summary>
    public abstract IReadOnlyList<MatchedLeaf> Explain(EventView view);

    /// <summary>
    /// The values a field must have (case-insensitively) for the rule not to be false; null when any value, or none, may do.
    /// Sound: an event whose present field has another value is certainly false. Used to build the candidate table.
    /// </summary>
    public abstract IReadOnlySet<string>? PossibleValues(string field);

    /// <summary>
    /// Texts one of which (without case, and as they are written without escapes) must stand in the JSON that holds certain fields for the rule to be true; null when
    /// that cannot be said. <paramref name="pathOf"/> says of a field, as the rule writes it, the path it stands under there, "" for any, null when it does not lie there.
    /// A text that holds <c>":</c> is a key and what its value begins with: white space may stand around the colon.
    /// As long as none of these fields is unknown, the rule is false without them, never unknown.
    /// </summary>
    public virtual IReadOnlyCollection<string>? NeededTexts(Func<string, string?> pathOf) => null;

    /// <summary>Every field path the rule may read.</summary>
    public abstract IReadOnlyList<string> Fields { get; }
}

/// <summary>One leaf that held: selection, field as written (without modifiers), and the event's value (at most 256 characters).</summary>
public sealed record MatchedLeaf(string Selection, string Field, string Value);
