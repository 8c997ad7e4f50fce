using System.Text.Json.Nodes;

namespace AuditWatch.Detection.Testing;

/// <summary>One run of a case: one combination of its matrix with one of its changes.</summary>
sealed record CaseRun(RuleTestCase Case, IReadOnlyDictionary<string, string> Matrix, CaseChange? Change)
{
    public string Shape => Matrix.GetValueOrDefault("shape", "native");

    /// <summary>What tells this run from the case's others.</summary>
    public IReadOnlyDictionary<string, string> Combination => Change is null ? Matrix : new Dictionary<string, string>(Matrix, StringComparer.Ordinal) { [Change.Kind] = Change.Label };

    public static IEnumerable<CaseRun> Of(RuleTestCase one) =>
        from combination in Combinations(one.Matrix)
        from change in one.Changes.Count == 0 ? [null] : one.Changes.Cast<CaseChange?>()
        select new CaseRun(one, combination, change);

    /// <summary>The event, before it is wrapped; null with a sentence.</summary>
    public JsonObject? Event(TestEvents events, out string? problem)
    {
        if (events.Find(Case.From, out problem) is not { } e) return null;
        try
        {
            foreach (var (path, value) in Case.With) EventPatch.Apply(e, path, value);
            if (Change is not null)
            {
                if ((Change.With ?? events.Change(Change.Label, out problem)) is not { } with) return null;
                EventPatch.Change(e, with);
            }

            // The deed first, then what the policy leaves of it.
            if (Matrix.TryGetValue("write", out var write)) EventVariant.Write(e, write);
            if (Matrix.TryGetValue("transport", out var transport)) EventVariant.Transport(e, transport);
            if (Matrix.TryGetValue("level", out var level)) EventVariant.Level(e, level);
            return e;
        }
        catch (Exception fault) when (fault is FormatException or InvalidOperationException)
        {
            problem = $"The event cannot be changed so: {fault.Message}";
            return null;
        }
    }

    static IEnumerable<IReadOnlyDictionary<string, string>> Combinations(IReadOnlyDictionary<string, IReadOnlyList<string>> matrix) =>
        matrix.OrderBy(d => d.Key, StringComparer.Ordinal).Aggregate(
            (IEnumerable<Dictionary<string, string>>)[new(StringComparer.Ordinal)],
            (sofar, dimension) => sofar.SelectMany(c => dimension.Value.Select(v => new Dictionary<string, string>(c, StringComparer.Ordinal) { [dimension.Key] = v })));
}
