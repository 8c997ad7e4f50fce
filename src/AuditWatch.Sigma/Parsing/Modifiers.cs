namespace AuditWatch.Sigma.Parsing;

/// <summary>The modifiers of Sigma 2.1 and their other names.</summary>
internal static class Modifiers
{
    public static readonly string[] All =
    [
        "contains", "startswith", "endswith", "all", "exists", "cased", "neq", "windash", "re", "i", "m", "s", "base64", "base64offset",
        "utf16", "utf16le", "utf16be", "wide", "lt", "lte", "gt", "gte", "minute", "hour", "day", "week", "month", "year", "cidr", "expand", "fieldref",
    ];

    static readonly Dictionary<string, string> Other = new(StringComparer.Ordinal) { ["ignorecase"] = "i", ["multiline"] = "m", ["dotall"] = "s" };

    /// <summary>The modifier's proper name, or null when there is no such modifier.</summary>
    public static string? Canonical(string written)
    {
        var name = written.Trim();
        return Other.TryGetValue(name, out var proper) ? proper : Array.IndexOf(All, name) >= 0 ? name : null;
    }

    public static bool IsDatePart(string modifier) => modifier is "minute" or "hour" or "day" or "week" or "month" or "year";

    public static bool IsComparison(string modifier) => modifier is "lt" or "lte" or "gt" or "gte";
}
