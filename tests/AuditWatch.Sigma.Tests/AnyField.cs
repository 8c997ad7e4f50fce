using System.Collections.Concurrent;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Sigma.Tests;

/// <summary>A schema with every field but those that begin with <c>nosuch</c>, and the symbols of one process.</summary>
internal sealed class AnyField : IFieldSchema
{
    readonly ConcurrentDictionary<string, int> _symbols = new(StringComparer.Ordinal);

    public List<string> Fields { get; } = [];

    public bool TryBind(string field, out int slot, out string? problem)
    {
        slot = -1;
        problem = field.StartsWith("nosuch", StringComparison.Ordinal) ? $"No event has a field '{field}'. Did you mean 'verb'?" : null;
        if (problem is not null) return false;
        slot = Fields.IndexOf(field);
        if (slot < 0) { slot = Fields.Count; Fields.Add(field); }
        return true;
    }

    public int Symbol(string text)
    {
        // Numbers must be handed out one at a time: two texts never share one.
        if (_symbols.TryGetValue(text, out var known)) return known;
        lock (_symbols) return _symbols.GetOrAdd(text, _ => _symbols.Count);
    }
}
