using System.Security.Cryptography;
using System.Text;
using AuditWatch.Detection.Incidents;

namespace AuditWatch.Storage.State;

/// <summary>Everything that people joined and parted, folded in order. Few, so they are read whole.</summary>
sealed class IncidentEdits
{
    readonly Dictionary<string, string> _parents = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> _moved = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> _sources = new(StringComparer.Ordinal);
    readonly IReadOnlyList<IncidentEdit> _edits;

    /// <summary>Folds them over what detection itself found to be part of another incident.</summary>
    public IncidentEdits(IReadOnlyList<IncidentEdit> edits, IEnumerable<(string Id, string Into)> merged)
    {
        _edits = edits;
        foreach (var (id, into) in merged)
            if (RootOf(into) != id) _parents[id] = into;
        foreach (var edit in edits)
        {
            if (edit.Act == "merge")
            {
                if (RootOf(edit.IncidentId) != edit.SourceId) _parents[edit.SourceId] = edit.IncidentId;
                continue;
            }

            _sources[edit.IncidentId] = edit.SourceId;
            foreach (var alert in edit.Alerts) _moved[alert] = edit.IncidentId;
        }
    }

    /// <summary>Incidents that exist because somebody parted them from another.</summary>
    public IEnumerable<string> ByHand => _sources.Keys;

    /// <summary>The incident that it is part of now; itself when nobody joined it to another.</summary>
    public string RootOf(string id)
    {
        while (_parents.TryGetValue(id, out var parent)) id = parent;
        return id;
    }

    /// <summary>All incidents of detection whose steps can be in this one.</summary>
    public IReadOnlyCollection<string> OriginsOf(string root)
    {
        var members = new HashSet<string>(StringComparer.Ordinal) { root };
        for (var before = 0; before < members.Count;)
        {
            before = members.Count;
            foreach (var (child, parent) in _parents)
                if (members.Contains(parent)) members.Add(child);
            foreach (var (parted, source) in _sources)
                if (members.Contains(parted)) members.Add(source);
        }

        return members;
    }

    /// <summary>The incident as it stands; null when no step is left.</summary>
    public StoredIncident? Assemble(string root, IReadOnlyDictionary<string, RawIncident> raw)
    {
        var steps = new Dictionary<string, IncidentStep>(StringComparer.Ordinal);
        var shown = new List<RawIncident>();
        foreach (var origin in OriginsOf(root))
        {
            if (!raw.TryGetValue(origin, out var found)) continue;
            foreach (var step in found.Incident.Steps)
            {
                if (RootOf(_moved.GetValueOrDefault(step.AlertId, origin)) != root) continue;
                steps.TryAdd(step.AlertId, WithReason(step, origin, root));
                if (!shown.Contains(found)) shown.Add(found);
            }
        }

        if (steps.Count == 0) return null;
        var ordered = steps.Values.OrderBy(s => s.TimeMicros).ThenBy(s => s.AlertId, StringComparer.Ordinal).ToList();
        var edits = _edits.Where(e => RootOf(e.IncidentId) == root || RootOf(e.SourceId) == root).ToList();
        var isWhole = edits.Count == 0;
        var first = raw.GetValueOrDefault(root) ?? shown[0];
        return new StoredIncident(
            first.Incident with
            {
                IncidentId = root,
                Level = ordered.Select(s => s.Level).MaxBy(AlertLevel.RankOf)!,
                FirstMicros = isWhole ? first.Incident.FirstMicros : ordered[0].TimeMicros,
                LastMicros = isWhole ? first.Incident.LastMicros : ordered[^1].TimeMicros,
                Actors = [.. shown.SelectMany(r => r.Incident.Actors).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
                Steps = ordered,
                AlertCount = isWhole ? first.Incident.AlertCount : ordered.Count,
                IsWithdrawn = false,
                MergedInto = null,
            },
            edits, shown.Min(r => r.FirstChangeMicros), shown.Max(r => r.LastChangeMicros));
    }

    /// <summary>The id of what is parted: the same parting has the same id everywhere.</summary>
    public static string IdOf(string source, IEnumerable<string> alerts) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(source + "\n" + string.Join('\n', alerts.Order(StringComparer.Ordinal))))[..16]);

    IncidentStep WithReason(IncidentStep step, string origin, string root)
    {
        if (_moved.ContainsKey(step.AlertId) && _edits.LastOrDefault(e => e.Act == "split" && e.Alerts.Contains(step.AlertId)) is { } parted)
            return step with { Reasons = [.. step.Reasons, $"parted by {parted.Who}"] };
        if (origin != root && _edits.LastOrDefault(e => e.Act == "merge" && e.SourceId == origin) is { } joined)
            return step with { Reasons = [.. step.Reasons, $"joined by {joined.Who}"] };
        return step;
    }
}

/// <summary>An incident as detection last wrote it.</summary>
sealed record RawIncident(Incident Incident, long FirstChangeMicros, long LastChangeMicros);
