using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.Counting;
using AuditWatch.Detection.Knowledge;
using AuditWatch.Detection.Rules;
using AuditWatch.Detection.Reasoning;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.EventLayer;

/// <summary>A rule held on an event. A fact of the reasoning layer: a class, so that two equal ones stay two; never changed once it is filed.</summary>
public sealed class Sighting(RuleIdentity by, EventFacts facts, IReadOnlyList<AlertMatch> matched, IReadOnlyList<string> subjects, IReadOnlyList<string> exceptions)
{
    internal const string BlindPrefix = "?";

    /// <summary>The rule.</summary>
    public RuleIdentity By { get; } = by;

    /// <summary>The rule's name, by which chains call it.</summary>
    public string Rule => By.Name;

    /// <summary>The event.</summary>
    public EventFacts Event { get; } = facts;

    /// <summary>The leaves that held.</summary>
    public IReadOnlyList<AlertMatch> Matched { get; } = matched;

    /// <summary>Whom the event gives something to: subjects of a binding (<c>group:NAME</c> for groups), an account that is made or minted for, whom a certificate is for. Empty for all others.</summary>
    public IReadOnlyList<string> Subjects { get; } = subjects;

    /// <summary>Ids of the site exceptions that hold on the event.</summary>
    public IReadOnlyList<string> Exceptions { get; } = exceptions;

    /// <summary>Who acted: the effective user.</summary>
    public string Actor => Event.EffectiveUser ?? "";

    /// <summary>The credential that was used.</summary>
    public string? Credential => Event.CredentialId;

    /// <summary>Where it came from.</summary>
    public string? Ip => Event.ClientIp;

    /// <summary>When.</summary>
    public long TimeMicros => Event.TimeMicros;

    /// <summary>Who acted, and the groups it acted with, as dossiers name them.</summary>
    internal IReadOnlyList<string> ActorKeys => _actorKeys ??= [.. Actor.Length > 0 ? [Actor] : (string[])[], .. Event.Groups.Select(g => BindingSubjects.GroupPrefix + g)];

    string[]? _actorKeys;

    /// <summary>What correlations need of the event.</summary>
    internal IReadOnlyList<Capture> Captures { get; init; } = [];

    /// <summary>For a sighting of a correlation: why it held.</summary>
    internal GroupEvidence? Group { get; init; }

    /// <summary>With what findings of it are told in one alert; null: each by itself.</summary>
    internal SuppressionKey? Suppression { get; init; }

    /// <summary>What the request says of the object it writes; null where it writes none that is noted, or does not say.</summary>
    internal ObjectNote? Note { get; init; }

    /// <summary>Whether a chain may build on it; false only where it is known that none does.</summary>
    internal bool MayBeStep { get; init; } = true;

    /// <summary>Whether what its rule finds on an owned object is told in the alert on its owner.</summary>
    internal bool JoinsOwners { get; init; }

    /// <summary>Whether the object belongs to a controller, which made it for somebody else.</summary>
    internal bool IsOwned => Note?.Owner is not null;

    /// <summary>What was known around it at its time; set when the sighting is placed.</summary>
    public ObjectFacts Known { get; internal set; } = ObjectFacts.None;

    /// <summary>The alert on an owner of its object that it is part of; set in order.</summary>
    internal OwnerAlert? Owner { get; set; }

    /// <summary>Why the rule could not say whether it holds; none for what it knows.</summary>
    internal UnknownReason Why { get; init; }

    /// <summary>The rule that could not say; null for one that did.</summary>
    internal string? BlindRule => Rule.StartsWith(BlindPrefix, StringComparison.Ordinal) ? Rule[BlindPrefix.Length..] : null;

    /// <summary>Order of filing: "before" means a smaller one.</summary>
    internal long Sequence { get; set; }

    /// <summary>What was seen before; set when the sighting is filed.</summary>
    internal Dossiers? Past { get; set; }
}
