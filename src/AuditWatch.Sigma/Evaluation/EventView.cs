namespace AuditWatch.Sigma.Evaluation;

/// <summary>One event as rules see it. Implemented by whoever knows the events; used by one thread at a time.</summary>
public abstract class EventView
{
    /// <summary>
    /// The reason that a view gives which shows only some fields, for all others: a verdict without it holds for every event that looks the same through that view,
    /// its reasons included.
    /// </summary>
    public const UnknownReason NotShown = (UnknownReason)0x8000;

    /// <summary>The value of a field bound by <see cref="IFieldSchema"/>.</summary>
    public abstract FieldValue Get(int slot);

    /// <summary>
    /// The symbol of a field that is an interned text, else -1: what <see cref="Get"/> would say, without its value. Worth overriding where it is cheaper: most
    /// questions are settled by it.
    /// </summary>
    public virtual int SymbolOf(int slot) => -1;

    /// <summary>Every leaf value of the event, for keyword searches: calls <paramref name="visit"/> until it returns true; returns whether it did. Unknown parts are reported in <paramref name="why"/>.</summary>
    public abstract bool AnyLeaf(LeafVisitor visit, out UnknownReason why);

    /// <summary>Whether a text inside the event stands for something the log withholds (a redaction mark), and why. Matchers that say "no" on such a text answer unknown.</summary>
    public virtual UnknownReason Withheld(ReadOnlySpan<byte> text) => UnknownReason.None;
}

/// <summary>Looks at one leaf's text (unescaped UTF-8); true ends the search.</summary>
public delegate bool LeafVisitor(ReadOnlySpan<byte> text);

/// <summary>Which fields events can have.</summary>
public interface IFieldSchema
{
    /// <summary>
    /// Binds a field path, as written in the rule, to a slot: dotted; keys may hold dots themselves (the longest key that exists comes first);
    /// <c>.[key]</c> quotes a key; <c>\[</c> is a bracket that belongs to a name. False with a sentence (and a suggestion) when no event can have such a field.
    /// </summary>
    bool TryBind(string field, out int slot, out string? problem);
}

/// <summary>Named lists for the <c>expand</c> modifier.</summary>
public interface IListSource
{
    /// <summary>The entries of a list (<c>%name%</c>); null when no such list exists.</summary>
    IReadOnlyList<string>? Find(string name);
}
