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

    /// <summary>Further numbers over the window; all must hold.</summary>
    public IReadOnlyList<Metric> Metrics { get; init; } = [];

    /// <summary>Where what was seen is not seen any more.</summary>
    public Absence? Absence { get; init; }

    /// <summary>Only where the count is many times what is usual for its group.</summary>
    public Usual? Usual { get; init; }

    /// <summary>Windows that begin at whole multiples of the timespan since 1970 (UTC), instead of sliding.</summary>
    public bool IsTumbling { get; init; }

    /// <summary>All of it in one text that says the same exactly when it means the same; empty for none.</summary>
    public string Canonical => string.Join('\n', Parts());

    IEnumerable<string> Parts()
    {
        if (Suppress is { } s) yield return string.Create(CultureInfo.InvariantCulture, $"suppress {string.Join(',', s.By)} {s.For.Ticks}");
        if (FirstSeen is { } f) yield return string.Create(CultureInfo.InvariantCulture, $"first_seen {f.Learning.Ticks} {f.Events} {string.Join(',', f.Per)}");
        foreach (var m in Metrics) yield return string.Create(CultureInfo.InvariantCulture, $"metric {m.Rule} {m.Field} {string.Join(',', m.Bounds.Select(b => b.Operator + b.Value.ToString(CultureInfo.InvariantCulture)))}");
        if (Absence is { } a) yield return string.Create(CultureInfo.InvariantCulture, $"absence {a.Seen}");
        if (Usual is { } u) yield return string.Create(CultureInfo.InvariantCulture, $"usual {u.Times} {u.History.Ticks} {u.Learning.Ticks}");
        if (IsTumbling) yield return "tumbling";
    }
}
