using System.Runtime.InteropServices;
using AuditWatch.Detection.EventLayer;

namespace AuditWatch.Detection.Reasoning;

/// <summary>
/// What was seen of every entity of a cluster: per entity and rule the newest 64 sightings, in the order in which they were filed. Plain data without a clock:
/// how far back a question reaches is part of the question.
/// </summary>
sealed class Dossiers
{
    /// <summary>No question looks at more than this many sightings of a rule.</summary>
    public const int Deepest = 64;

    // By kind, then by rule: whether a rule was ever seen of any entity is asked most of all.
    readonly Dictionary<string, Dictionary<string, List<Sighting>>>[] _rings = [.. Enum.GetValues<EntityKind>().Select(_ => new Dictionary<string, Dictionary<string, List<Sighting>>>(StringComparer.Ordinal))];
    readonly HashSet<List<Sighting>> _grown = [];

    /// <summary>Where the judge's rules lay down what they find.</summary>
    public List<Finding> Findings { get; } = [];

    public long NextSequence { get; set; } = 1;

    public int Count => _rings.Sum(kind => kind.Values.Sum(rule => rule.Count));

    /// <summary>Whether anything was ever filed that could not be said.</summary>
    public bool IsEverBlind { get; private set; }

    /// <summary>The name under which events are filed on which a rule could not say.</summary>
    public static string Blind(string rule) => Sighting.BlindPrefix + rule;

    /// <summary>Gives the sighting its place in the order, and its past, without keeping it.</summary>
    public void Place(Sighting sighting)
    {
        sighting.Sequence = NextSequence++;
        sighting.Past = this;
    }

    /// <summary>Keeps a placed sighting under every entity that the kinds name.</summary>
    public void File(Sighting sighting, IReadOnlyCollection<EntityKind> kinds)
    {
        sighting.Past = this;
        IsEverBlind |= sighting.BlindRule is not null;
        foreach (var kind in kinds)
            foreach (var key in Entities.FiledUnder(kind, sighting))
            {
                var rings = CollectionsMarshal.GetValueRefOrAddDefault(_rings[(int)kind], sighting.Rule, out _) ??= new(StringComparer.Ordinal);
                var ring = CollectionsMarshal.GetValueRefOrAddDefault(rings, key, out _) ??= [];
                ring.Add(sighting);
                if (ring.Count > Deepest) _grown.Add(ring);
            }
    }

    /// <summary>Whether a step, or what may have been it, was seen of any entity of the kind.</summary>
    public bool HasAny(EntityKind kind, StoryStep step)
    {
        var rings = _rings[(int)kind];
        foreach (var rule in step.Rules) if (rings.ContainsKey(rule)) return true;
        if (IsEverBlind)
            foreach (var rule in step.BlindRules) if (rings.ContainsKey(rule)) return true;
        return false;
    }

    /// <summary>The sightings of a rule that were filed before <paramref name="before"/>, newest first, at most <see cref="Deepest"/>.</summary>
    public IEnumerable<Sighting> Earlier(EntityKind kind, string key, string rule, long before) =>
        _rings[(int)kind].TryGetValue(rule, out var rings) && rings.TryGetValue(key, out var ring) ? Earlier(ring, before) : [];

    /// <summary>
    /// Forgets what no later question can see. Only between batches: inside one, a sighting filed by then but judged after could lose what it may still see.
    /// </summary>
    public void Settle()
    {
        foreach (var ring in _grown) ring.RemoveRange(0, Math.Max(0, ring.Count - Deepest));
        _grown.Clear();
    }

    /// <summary>Drops entities of which nothing newer than <paramref name="micros"/> is known.</summary>
    public void ForgetBefore(long micros)
    {
        foreach (var kind in _rings)
            foreach (var (rule, rings) in kind)
            {
                foreach (var (key, ring) in rings)
                    if (ring.TrueForAll(s => s.TimeMicros < micros)) rings.Remove(key);
                if (rings.Count == 0) kind.Remove(rule);
            }
    }

    static IEnumerable<Sighting> Earlier(List<Sighting> ring, long before)
    {
        var seen = 0;
        for (var i = ring.Count - 1; i >= 0 && seen < Deepest; i--)
        {
            if (ring[i].Sequence >= before) continue;
            seen++;
            yield return ring[i];
        }
    }
}
