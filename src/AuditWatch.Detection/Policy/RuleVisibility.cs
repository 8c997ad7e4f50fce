namespace AuditWatch.Detection.Policy;

/// <summary>What a policy lets a rule, correlation or chain see.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind">rule, correlation or chain.</param>
/// <param name="Level">Its level.</param>
/// <param name="State">How it stands.</param>
/// <param name="BlindSpots">For rules: what it cannot see.</param>
/// <param name="BlindMembers">For correlations and chains: the members that do not see everything, and how they stand.</param>
/// <param name="Change">The smallest change that was found to bring it to life; null when it lives, or none was.</param>
public sealed record RuleVisibility(
    string Id, string Name, string Kind, string Level, Visibility State, IReadOnlyList<BlindSpot> BlindSpots, IReadOnlyList<(string Rule, Visibility State)> BlindMembers, PolicyChange? Change);

/// <summary>How a rule stands under a policy.</summary>
public enum Visibility
{
    /// <summary>Sees every request it could hold on.</summary>
    Live,
    /// <summary>Sees some of them.</summary>
    PartlyBlind,
    /// <summary>Sees none.</summary>
    Blind,
    /// <summary>Sees none, and an engine that takes the missing for absent fires on them. Here it is unknown.</summary>
    Inverted,
    /// <summary>No request was thought of that it could hold on.</summary>
    Unreached,
}

/// <summary>A change of a policy, tried out.</summary>
/// <param name="Text">YAML to insert, or what to remove.</param>
/// <param name="BeforeLine">Before which line it belongs; 0 when at the end, or when nothing is inserted.</param>
/// <param name="Leaves">How the rule stands after it.</param>
/// <param name="ShowsSecrets">Whether bodies would be logged that hold secret values.</param>
public sealed record PolicyChange(string Text, int BeforeLine, Visibility Leaves, bool ShowsSecrets);
