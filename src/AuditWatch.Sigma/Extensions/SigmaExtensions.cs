using System.Globalization;

namespace AuditWatch.Sigma.Extensions;

/// <summary>What a document's <c>auditwatch</c> block changes about how it is evaluated. Words for people (runbook, entities, …) stay in <see cref="Parsing.SigmaDocument.Custom"/>.</summary>
public sealed record SigmaExtensions
{
    /// <summary>A document of standard Sigma only.</summary>
    public static readonly SigmaExtensions None = new();

    /// <summary>One alert per key and period.</summary>
    public Suppression? Suppress { get; init; }

    /// <summary>Only values that were not seen before.</summary>
    public FirstSeen? FirstSeen { get; init; }

    /// <summary>All of it in one text that says the same exactly when it means the same; empty for none.</summary>
    public string Canonical => string.Join('\n', Parts());

    IEnumerable<string> Parts()
    {
        if (Suppress is { } s) yield return string.Create(CultureInfo.InvariantCulture, $"suppress {string.Join(',', s.By)} {s.For.Ticks}");
        if (FirstSeen is { } f) yield return string.Create(CultureInfo.InvariantCulture, $"first_seen {f.Learning.Ticks} {f.Events} {string.Join(',', f.Per)}");
    }
}
