using AuditWatch.Detection.EventLayer;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.Reasoning;

/// <summary>One step of a story: the rules any of which makes it, and what must hold of it.</summary>
sealed class StoryStep(string name)
{
    /// <summary>As written: rule names, <c>|</c> between alternatives.</summary>
    public string Name { get; } = name;

    /// <summary>The rules.</summary>
    public IReadOnlyList<string> Rules { get; } = Split(name);

    /// <summary>The names under which events are filed on which these rules could not say.</summary>
    public IReadOnlyList<string> BlindRules { get; } = [.. Split(name).Select(Dossiers.Blind)];

    /// <summary>What it must share with the end.</summary>
    public List<Func<Sighting, Sighting, bool>> Shared { get; } = [];

    /// <summary>What must be known of it.</summary>
    public List<Func<Sighting, Truth>> Needed { get; } = [];

    /// <summary>Whether a sighting can be it, as far as what must be known of it goes.</summary>
    public Truth Fits(Sighting sighting)
    {
        var truth = Truth.True;
        foreach (var needed in Needed)
        {
            var one = needed(sighting);
            if (one == Truth.False) return Truth.False;
            if (one == Truth.Unknown) truth = Truth.Unknown;
        }

        return truth;
    }

    static string[] Split(string name) => name.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
