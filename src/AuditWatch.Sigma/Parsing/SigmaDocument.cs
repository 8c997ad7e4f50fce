using AuditWatch.Sigma.Extensions;

namespace AuditWatch.Sigma.Parsing;

/// <summary>What the files said: rules, filters, correlations, as written.</summary>
public abstract record SigmaDocument
{
    /// <summary>File and line where the document begins.</summary>
    public required string File { get; init; }

    /// <summary>From 1.</summary>
    public required int Line { get; init; }

    /// <summary>The document's <c>id</c>, or UUIDv5 of title and detection when it has none.</summary>
    public required string Id { get; init; }

    /// <summary>Whether the id is written, not made of title and detection.</summary>
    public bool HasOwnId { get; init; }

    /// <summary>The document's keys, in the order in which they are written.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>Lower-case slug of <c>name</c>, else of the title.</summary>
    public required string Name { get; init; }

    /// <summary>The title.</summary>
    public required string Title { get; init; }

    /// <summary>The description.</summary>
    public string Description { get; init; } = "";

    /// <summary>informational, low, medium (default), high, critical.</summary>
    public string Level { get; init; } = "medium";

    /// <summary>experimental, test, stable, deprecated, unsupported.</summary>
    public string Status { get; init; } = "experimental";

    /// <summary>Tags as written.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>False positives.</summary>
    public IReadOnlyList<string> FalsePositives { get; init; } = [];

    /// <summary>logsource: product, category, service (null = any).</summary>
    public (string? Product, string? Category, string? Service) LogSource { get; init; }

    /// <summary>The author.</summary>
    public string Author { get; init; } = "";

    /// <summary>Day of creation, as written.</summary>
    public string Date { get; init; } = "";

    /// <summary>Day of the last change, as written.</summary>
    public string Modified { get; init; } = "";

    /// <summary>References.</summary>
    public IReadOnlyList<string> References { get; init; } = [];

    /// <summary>Fields worth showing with an alert.</summary>
    public IReadOnlyList<string> ShownFields { get; init; } = [];

    /// <summary>Related documents.</summary>
    public IReadOnlyList<SigmaRelation> Related { get; init; } = [];

    /// <summary>What the <c>auditwatch</c> block changes about how the document is evaluated.</summary>
    public SigmaExtensions Extensions { get; init; } = SigmaExtensions.None;

    /// <summary>Keys that are none of Sigma's, kept as parsed YAML (maps, lists, scalars), among them our <c>auditwatch</c> block.</summary>
    public IReadOnlyDictionary<string, object?> Custom { get; init; } = new Dictionary<string, object?>();

    /// <summary>Whether another document means this one: by its id, or by its name as it was written or as a slug.</summary>
    public bool IsCalled(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        return word.Equals(Id, StringComparison.OrdinalIgnoreCase) || word.Equals(Name, StringComparison.OrdinalIgnoreCase) || DocumentHead.Slug(word) == Name;
    }
}
