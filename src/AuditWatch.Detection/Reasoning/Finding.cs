using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.Counting;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Rules;

namespace AuditWatch.Detection.Reasoning;

/// <summary>What a rule of the judge found: an alert, unless an exception covers it. A fact of the cases session: a class, so that equal ones stay apart.</summary>
public sealed class Finding(RuleIdentity by, string level, Sighting end, StoryEvidence? story)
{
    /// <summary>The rule that found it.</summary>
    public RuleIdentity By { get; } = by;

    /// <summary>Its weight.</summary>
    public string Level { get; } = level;

    /// <summary>The sighting that decided.</summary>
    public Sighting End { get; } = end;

    /// <summary>The story it ended; null for a direct rule.</summary>
    public StoryEvidence? Story { get; } = story;

    /// <summary>The group and members of a correlation that held; null for all else.</summary>
    internal GroupEvidence? Group { get; init; }

    /// <summary>With what else it is told in one alert.</summary>
    internal SuppressionKey? Suppression => End.Suppression;

    /// <summary>The alert on an owner of the object that it is part of; null for all else.</summary>
    internal OwnerAlert? Joins { get; init; }

    /// <summary>Whether it was found in the order of event time; what raises alerts by itself is found as it arrives.</summary>
    internal bool IsOrdered { get; init; }

    /// <summary>Ids of the site exceptions that hold on it, or on the alert that it is part of.</summary>
    internal IReadOnlyList<string> Exceptions => Joins is { Exceptions.Count: > 0 } owner ? [.. End.Exceptions.Union(owner.Exceptions, StringComparer.Ordinal)] : End.Exceptions;

    /// <summary>Whom it is about.</summary>
    public string Entity => End.Actor;

    /// <summary>The requests that make it this alert.</summary>
    public RequestKey Request => (Story?.Anchor ?? End).Event.Request;

    /// <summary>The alert it belongs to, unless, as a correlation's, it joins an earlier one of its group.</summary>
    public string AlertId => _alertId ??= Group is { } group
        ? Alerts.AlertId.Of(End.Event.Cluster, By.Id, [.. group.Members.Select(m => m.Request)])
        : Alerts.AlertId.Of(End.Event.Cluster, By.Id, Request);

    string? _alertId;
}
