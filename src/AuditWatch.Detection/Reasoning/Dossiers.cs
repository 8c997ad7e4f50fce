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

    readonly Dictionary<(EntityKind Kind, string Key, string Rule), List<Sighting>> _rings = [];
    readonly HashSet<List<Sighting>> _grown = [];

    /// <summary>Where the judge's rules lay down what they find.</summary>
    public List<Finding> Findings { get; } = [];

    public long NextSequence { get; set; } = 1;

    public int Count => _rings.Count;

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
                ref var ring = ref CollectionsMarshal.GetValueRefOrAddDefault(_rings, (kind, key, sighting.Rule), out _);
                ring ??= [];
                ring.Add(sighting);
                if (ring.Count > Deepest) _grown.Add(ring);
            }
    }

    /// <summary>The sightings of a rule that were filed before <paramref name="before"/>, newest first, at most <see cref="Deepest"/>.</summary>
    public IEnumerable<Sighting> Earlier(EntityKind kind, string key, string rule, long before)
    {
        if (!_rings.TryGetValue((kind, key, rule), out var ring)) yield break;
        var seen = 0;
        for (var i = ring.Count - 1; i >= 0 && seen < Deepest; i--)
        {
            if (ring[i].Sequence >= before) continue;
            seen++;
            yield return ring[i];
        }
    }

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
        foreach (var (key, ring) in _rings)
            if (ring.TrueForAll(s => s.TimeMicros < micros)) _rings.Remove(key);
    }
}
