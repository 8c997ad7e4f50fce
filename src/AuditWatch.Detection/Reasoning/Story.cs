using System.Globalization;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.Reasoning;

/// <summary>
/// Steps that follow one another around one entity. Asked backwards from its end: of each step the newest that fits, filed before the next one and in reach in
/// event time, which is enough to find a story if there is one. By Kleene's logic: where a step is missing, and an event in reach could not say whether it was that
/// step, the story is unknown; it is not told, but counted.
/// </summary>
public sealed class Story
{
    static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    StoryStep[] _steps = [];
    string? _oncePer;

    Story(EntityKind by) => By = by;

    /// <summary>Whose dossier the steps lie in.</summary>
    public EntityKind By { get; }

    /// <summary>How long before its end a step may lie.</summary>
    public long WithinMicros { get; private set; } = 3_600_000_000;

    /// <summary>The steps as written, in order.</summary>
    public IReadOnlyList<string> StepNames => [.. _steps.Select(s => s.Name)];

    /// <summary>The rules any of which makes a step.</summary>
    public IReadOnlyList<string> RulesOf(int step) => _steps[step].Rules;

    /// <summary>The step that makes it one story: later ends around the same one are more evidence for the same alert.</summary>
    public string Anchor => _oncePer ?? _steps[^1].Name;

    internal int AnchorIndex => Array.FindIndex(_steps, s => s.Name == Anchor);

    /// <summary>Begins a story around an entity: actor, principal, credential, address, pod, workload, object, role, account, namespace.</summary>
    public static Story Of(string entity) => new(Enum.Parse<EntityKind>(entity, ignoreCase: true));

    /// <summary>Sets the reach, for instance <c>1h</c>.</summary>
    public Story Within(string reach)
    {
        var number = int.Parse(reach.AsSpan(0, reach.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture);
        var span = reach[^1] switch
        {
            's' => TimeSpan.FromSeconds(number),
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            'd' => TimeSpan.FromDays(number),
            _ => throw new ArgumentException($"'{reach}' is no reach; write 30s, 15m, 24h or 7d.", nameof(reach)),
        };
        ArgumentOutOfRangeException.ThrowIfGreaterThan(span, Longest, nameof(reach));
        WithinMicros = (long)span.TotalMicroseconds;
        return this;
    }

    /// <summary>Names the steps' rules, in order; the last one is the end. <c>a|b</c> is a step that either rule makes.</summary>
    public Story Steps(params string[] rules)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rules.Length, 2);
        _steps = [.. rules.Select(r => new StoryStep(r))];
        return this;
    }

    /// <summary>One alert per event of this step.</summary>
    public Story OncePer(string step)
    {
        _oncePer = Step(step).Name;
        return this;
    }

    /// <summary>What a step must share with the end; of the end itself, what must hold of it.</summary>
    public Story Where(string step, Func<Sighting, Sighting, bool> holds)
    {
        Step(step).Shared.Add(holds);
        return this;
    }

    /// <summary>What must be known of a step: true, false, or unknown, which makes the story unknown.</summary>
    public Story Needs(string step, Func<Sighting, Truth> holds)
    {
        Step(step).Needed.Add(holds);
        return this;
    }

    /// <summary>Whether the sighting ends a story.</summary>
    public bool EndsWith(Sighting end) => Judge(end).Evidence is not null;

    /// <summary>The story's members, first to last. Call it only where <see cref="EndsWith"/> holds.</summary>
    public StoryEvidence Evidence(Sighting end) =>
        Judge(end).Evidence ?? throw new InvalidOperationException("The sighting does not end the story.");

    /// <summary>Whether the sighting ends a story, and why that cannot be said when it cannot.</summary>
    internal StoryVerdict Judge(Sighting end)
    {
        if (end.Past is not { } past || !_steps[^1].Rules.Contains(end.BlindRule ?? end.Rule)) return default;
        var why = end.Why;
        var fits = end.BlindRule is null ? _steps[^1].Fits(end) : Truth.Unknown;
        if (fits == Truth.False || !_steps[^1].Shared.TrueForAll(holds => holds(end, end))) return default;
        // Most steps of most stories never happened to anybody.
        for (var i = _steps.Length - 2; i >= 0; i--)
            if (!past.HasAny(By, _steps[i])) return default;
        if (fits == Truth.Unknown && why == UnknownReason.None) why = UnknownReason.NoBaseline;
        var unknown = UnknownReason.None;
        foreach (var key in Entities.LooksIn(By, end))
        {
            Sighting[]? members = null;
            var found = true;
            var blind = why;
            for (var i = _steps.Length - 2; found && i >= 0; i--)
            {
                var (step, reason) = Before(past, key, _steps[i], members is null ? end : members[i + 1], end);
                found = step is not null;
                if (!found) break;
                members ??= [.. new Sighting[_steps.Length - 1], end];
                members[i] = step!;
                blind |= reason;
            }

            if (members is null) continue;
            if (found && blind == UnknownReason.None) return new(new StoryEvidence(this, key, members), UnknownReason.None);
            if (found) unknown |= blind;
        }

        return new(null, unknown);
    }

    /// <summary>For an explanation: the steps before an end as far back as they were found, around the entity around which most of them were; and the end.</summary>
    internal IReadOnlyList<Explain.TracedStep> Trace(Sighting end)
    {
        var last = new Explain.TracedStep(_steps[^1].Name, end.Event, end.Rule, end.BlindRule is null ? [] : UnknownReasons.Of(end.Why));
        List<Explain.TracedStep> best = [last];
        foreach (var key in end.Past is null ? [] : Entities.LooksIn(By, end))
        {
            List<Explain.TracedStep> steps = [last];
            var next = end;
            for (var i = _steps.Length - 2; i >= 0; i--)
            {
                var (step, why) = Before(end.Past!, key, _steps[i], next, end);
                if (step is null) break;
                steps.Insert(0, new(_steps[i].Name, step.Event, step.BlindRule ?? step.Rule, UnknownReasons.Of(why)));
                next = step;
            }

            if (steps.Count > best.Count) best = steps;
        }

        return [.. _steps.Take(_steps.Length - best.Count).Select(s => new Explain.TracedStep(s.Name, null, null, [])), .. best];
    }

    // The newest that certainly was the step; else the newest that may have been.
    (Sighting? Step, UnknownReason Why) Before(Dossiers past, string key, StoryStep step, Sighting next, Sighting end)
    {
        Sighting? best = null, maybe = null;
        var why = UnknownReason.None;
        for (var i = 0; i < step.Rules.Count; i++)
        {
            foreach (var earlier in past.Earlier(By, key, step.Rules[i], next.Sequence))
            {
                if (end.TimeMicros - earlier.TimeMicros > WithinMicros || !step.Shared.TrueForAll(holds => holds(earlier, end))) continue;
                var fits = step.Fits(earlier);
                if (fits == Truth.True)
                {
                    if (best is null || earlier.Sequence > best.Sequence) best = earlier;
                    break;
                }

                if (fits == Truth.Unknown && (maybe is null || earlier.Sequence > maybe.Sequence)) (maybe, why) = (earlier, UnknownReason.NoBaseline);
            }

            if (best is not null || !past.IsEverBlind) continue;
            foreach (var blind in past.Earlier(By, key, step.BlindRules[i], next.Sequence).Concat(past.Earlier(By, Entities.Anybody, step.BlindRules[i], next.Sequence)))
            {
                if (end.TimeMicros - blind.TimeMicros > WithinMicros) continue;
                if (maybe is null || blind.Sequence > maybe.Sequence) (maybe, why) = (blind, blind.Why);
                break;
            }
        }

        return best is not null ? (best, UnknownReason.None) : (maybe, why);
    }

    StoryStep Step(string name) => _steps.FirstOrDefault(s => s.Name == name) ?? throw new ArgumentException($"'{name}' is no step of the story.", nameof(name));

    /// <summary>The story in one line; enters the rule's revision.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{By} within {WithinMicros}us: {string.Join(" > ", StepNames)} once per {Anchor}; conditions on {string.Join(",", _steps.Where(s => s.Shared.Count + s.Needed.Count > 0).Select(s => s.Name).Order(StringComparer.Ordinal))}");
}
