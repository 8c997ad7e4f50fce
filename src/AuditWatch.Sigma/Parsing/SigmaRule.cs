namespace AuditWatch.Sigma.Parsing;

/// <summary>A detection rule.</summary>
public sealed record SigmaRule : SigmaDocument
{
    /// <summary>Selections and conditions.</summary>
    public required SigmaDetection Detection { get; init; }

    /// <summary>The taxonomy of the field names; <c>sigma</c> when not said.</summary>
    public string Taxonomy { get; init; } = "sigma";
}
