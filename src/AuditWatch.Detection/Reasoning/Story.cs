using System.Globalization;
using AuditWatch.Detection.EventLayer;

namespace AuditWatch.Detection.Reasoning;

/// <summary>
/// Steps that follow one another around one entity. Asked backwards from its end: of each step the newest that fits, filed before the next one and in reach in
/// event time, which is enough to find a story if there is one.
/// </summary>
public sealed class Story
{
    static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    readonly Dictionary<string, Func<Sighting, Sighting, bool>> _conditions = new(StringComparer.Ordinal);
    string[] _steps = [];
    string? _oncePer;

    Story(EntityKind by) => By = by;

    /// <summary>Whose dossier the steps lie in.</summary>
    public EntityKind By { get; }

    /// <summary>How long before its end a step may lie.</summary>
    public long WithinMicros { get; private set; } = 3_600_000_000;

    /// <summary>The steps, by rule name, in order.</summary>
    public IReadOnlyList<string> StepNames => _steps;

    /// <summary>The step that makes it one story: later ends around the same one are more evidence for the same alert.</summary>
    public string Anchor => _oncePer ?? _steps[^1];

    /// <summary>Begins a story around an entity: actor, credential, address, pod, object, namespace.</summary>
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

    /// <summary>Names the steps' rules, in order; the last one is the end.</summary>
    public Story Steps(params string[] rules)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rules.Length, 2);
        _steps = rules;
        return this;
    }

    /// <summary>One alert per event of this step.</summary>
    public Story OncePer(string step)
    {
        _oncePer = _steps.Contains(step) ? step : throw new ArgumentException($"'{step}' is no step of the story.", nameof(step));
        return this;
    }

    /// <summary>What a step must share with the end. (A condition on the end alone belongs into the rule's pattern.)</summary>
    public Story Where(string step, Func<Sighting, Sighting, bool> holds)
    {
        _conditions[step] = _steps.Contains(step) ? holds : throw new ArgumentException($"'{step}' is no step of the story.", nameof(step));
        return this;
    }

    /// <summary>Whether the sighting ends a story.</summary>
    public bool EndsWith(Sighting end) => Find(end) is not null;

    /// <summary>The story's members, first to last. Call it only where <see cref="EndsWith"/> holds.</summary>
    public StoryEvidence Evidence(Sighting end) =>
        Find(end) ?? throw new InvalidOperationException("The sighting does not end the story.");

    StoryEvidence? Find(Sighting end)
    {
        if (end.Rule != _steps[^1] || end.Past is not { } past) return null;
        foreach (var key in Entities.LooksIn(By, end))
        {
            var members = new Sighting[_steps.Length];
            members[^1] = end;
            var found = true;
            for (var i = _steps.Length - 2; found && i >= 0; i--)
                found = (members[i] = Before(past, key, _steps[i], members[i + 1], end)!) is not null;
            if (found) return new StoryEvidence(this, key, members);
        }

        return null;
    }

    Sighting? Before(Dossiers past, string key, string rule, Sighting next, Sighting end)
    {
        var condition = _conditions.GetValueOrDefault(rule);
        foreach (var step in past.Earlier(By, key, rule, next.Sequence))
            if (end.TimeMicros - step.TimeMicros <= WithinMicros && (condition is null || condition(step, end))) return step;
        return null;
    }

    /// <summary>The story in one line; enters the rule's revision.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{By} within {WithinMicros}us: {string.Join(" > ", _steps)} once per {Anchor}; conditions on {string.Join(",", _conditions.Keys.Order(StringComparer.Ordinal))}");
}
