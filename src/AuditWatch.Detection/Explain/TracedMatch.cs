using AuditWatch.Detection.EventLayer;

namespace AuditWatch.Detection.Explain;

/// <summary>What a correlation or a chain made of one match that it was given, or of a silence.</summary>
public sealed class TracedMatch
{
    /// <summary>The event.</summary>
    public required EventFacts Event { get; init; }

    /// <summary>The rule that held on it, by name.</summary>
    public required string Member { get; init; }

    /// <summary>What it is grouped by; null where the event lacks it, and of chains.</summary>
    public IReadOnlyDictionary<string, string>? Group { get; init; }

    /// <summary>The value that is counted; null where none is.</summary>
    public string? Value { get; init; }

    /// <summary>true, false or unknown: whether it holds with this match.</summary>
    public required string Verdict { get; init; }

    /// <summary>Why, in words.</summary>
    public required string Because { get; init; }

    /// <summary>The group's window with this match; null where there is none.</summary>
    public TracedWindow? Window { get; init; }

    /// <summary>Of a chain: its steps, first to last, and what was found of them.</summary>
    public IReadOnlyList<TracedStep> Steps { get; init; } = [];

    /// <summary>Exceptions of the site that hold on the event.</summary>
    public IReadOnlyList<string> Exceptions { get; init; } = [];

    /// <summary>raised, joined, suppressed or hidden; null where there is nothing to tell.</summary>
    public string? Became { get; internal set; }

    /// <summary>The alert that it raised or joined.</summary>
    public string? AlertId { get; internal set; }
}

/// <summary>The window of a group as it stood.</summary>
/// <param name="Group">What it is grouped by.</param>
/// <param name="FromMicros">The first moment after which it reaches.</param>
/// <param name="ToMicros">Its end.</param>
/// <param name="Requests">Requests in it.</param>
/// <param name="Number">What is compared with the bounds; null where there is no number yet.</param>
/// <param name="Wanted">What must hold of it.</param>
/// <param name="Newest">The newest requests in it, oldest of them first.</param>
public sealed record TracedWindow(
    IReadOnlyDictionary<string, string> Group, long FromMicros, long ToMicros, int Requests, double? Number, IReadOnlyList<string> Wanted, IReadOnlyList<TracedRequest> Newest);

/// <summary>A request in a window.</summary>
/// <param name="AuditId">Its audit id.</param>
/// <param name="AtMicros">When it was counted.</param>
/// <param name="Value">The value that is counted, or the rule that held.</param>
public sealed record TracedRequest(string AuditId, long AtMicros, string? Value);

/// <summary>A step of a chain.</summary>
/// <param name="Step">The step as the chain names it.</param>
/// <param name="Found">The sighting that is it, or may be; null when there is none.</param>
/// <param name="FoundRule">The rule of that sighting.</param>
/// <param name="Why">Why it cannot be said whether that is the step; empty when it certainly is, or when there is none.</param>
public sealed record TracedStep(string Step, EventFacts? Found, string? FoundRule, IReadOnlyList<string> Why);
