using AuditWatch.Detection.Counting;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Sigma.Compilation;

namespace AuditWatch.Detection.Rules;

/// <summary>One compiled rule of a <see cref="RuleSet"/>.</summary>
/// <param name="Index">Its place in the set.</param>
/// <param name="Identity">What it is called.</param>
/// <param name="Compiled">What decides.</param>
/// <param name="Exceptions">The site's exceptions that speak of it.</param>
/// <param name="MakesSightings">Whether anybody wants to know: it raises alerts, or a chain builds on it. Else its matches are only counted.</param>
sealed record EventRule(int Index, RuleIdentity Identity, CompiledRule Compiled, IReadOnlyList<SiteExceptionRule> Exceptions, bool MakesSightings)
{
    /// <summary>What its alerts are told once per; null when every request is an alert.</summary>
    public SuppressionFields? Suppress { get; init; }

    /// <summary>Whether what it finds on a pod is told in the alert on the object that owns the pod: it is about what pods hold.</summary>
    public bool JoinsOwners { get; } = Compiled.Fields.Any(f => f == "aw.pod" || f.StartsWith("aw.pod.", StringComparison.Ordinal));

    /// <summary>Whether a chain builds on it: then it matters where it could not say.</summary>
    public bool IsStep { get; init; }

    /// <summary>What events are filed under on which it could not say.</summary>
    public RuleIdentity BlindIdentity { get; } = Identity with { Rule = Identity.Rule with { Name = Sighting.BlindPrefix + Identity.Name }, RaisesAlert = false };

    /// <summary>What correlations need of the events on which it holds.</summary>
    public IReadOnlyList<CapturedFields> Captures { get; init; } = [];

    /// <summary>Texts one of which must stand in the written object for it to be true; null when that cannot be said.</summary>
    public IReadOnlyCollection<string>? NeededInObject => (_needed ??= new(() => Compiled.NeededTexts(WrittenFields.PathOf))).Value;

    Lazy<IReadOnlyCollection<string>?>? _needed;

    /// <summary>The objects that it speaks of; null when it names none.</summary>
    public ObjectGate? Gate { get; } = ObjectGate.Of(Compiled);
}
