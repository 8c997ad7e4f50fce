namespace AuditWatch.Server.Configuration;

/// <summary>What a cluster may be called: it stands in paths, columns and tokens.</summary>
public static class ClusterName
{
    /// <summary>The rule in words.</summary>
    public const string Rule = "must be 1 to 63 letters, digits, '-', '_' or '.', beginning with a letter or digit.";

    /// <summary>Whether a name keeps the rule.</summary>
    public static bool IsValid(string name) =>
        name.Length is > 0 and <= 63 && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
