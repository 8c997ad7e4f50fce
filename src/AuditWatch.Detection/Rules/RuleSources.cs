namespace AuditWatch.Detection.Rules;

/// <summary>Where rules come from.</summary>
public sealed record RuleSources
{
    /// <summary>Folders of rules; every <c>*.yml</c> under them but tests and what lies in <c>lists</c>, <c>filters</c>, <c>traces</c>, <c>generated</c>.</summary>
    public IReadOnlyList<string> RuleDirs { get; init; } = [];

    /// <summary>Folder of named lists; null: each rule folder's <c>lists</c>.</summary>
    public string? ListsDir { get; init; }

    /// <summary>Folders of site exceptions.</summary>
    public IReadOnlyList<string> ExceptionDirs { get; init; } = [];

    /// <summary>Whether the shipped chains run.</summary>
    public bool Chains { get; init; }

    /// <summary>Assemblies of a site's own chains, or folders of them.</summary>
    public IReadOnlyList<string> ChainAssemblies { get; init; } = [];

    /// <summary>Whether rules for other log sources are left out.</summary>
    public bool MatchLogSource { get; init; } = true;

    /// <summary>Whether the filters beside the rules are applied.</summary>
    public bool Filters { get; init; } = true;

    /// <summary>Profiles whose rules are compiled when loading; null: all there are, so that every fault is found. Others are compiled when a cluster first needs them.</summary>
    public IReadOnlyList<string>? Profiles { get; init; }

    /// <summary>The folder that is shipped with the program.</summary>
    public static string ShippedDir { get; } = Path.Combine(AppContext.BaseDirectory, "detections");

    /// <summary>The shipped rules and chains.</summary>
    public static RuleSources Shipped { get; } = new() { RuleDirs = [ShippedDir], Chains = true };

    /// <summary>Only the rules of these folders, and no chains: what <c>scan --rules</c> means.</summary>
    public static RuleSources Only(IReadOnlyList<string> ruleDirs, string? listsDir = null) => new() { RuleDirs = ruleDirs, ListsDir = listsDir };
}
