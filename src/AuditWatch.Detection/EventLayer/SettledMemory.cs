using System.Collections.Concurrent;
using AuditWatch.Detection.Rules;
using AuditWatch.Events.Model;

namespace AuditWatch.Detection.EventLayer;

/// <summary>Everything that is remembered, forgotten as a whole.</summary>
sealed class SettledMemory
{
    const int MostLists = 32_768;

    public int Parties;

    readonly ConcurrentDictionary<string, BodySieve?> _sieves = new(StringComparer.Ordinal);

    public ConcurrentDictionary<EventClass, SettledNode> Classes { get; } = new();

    public SymbolTable Lists { get; } = new(MostLists);

    public BodySieve? SieveOf(EventRule[] open) => _sieves.GetOrAdd(string.Join(',', open.Select(r => r.Index)), static (_, rules) => BodySieve.Of(rules), open);
}
