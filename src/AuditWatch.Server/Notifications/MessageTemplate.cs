using System.Globalization;
using System.Text.RegularExpressions;
using AuditWatch.Server.Queries;
using AuditWatch.Storage.State;

namespace AuditWatch.Server.Notifications;

/// <summary>How an alert reads in a message: text with {placeholders}. What is put in is cleaned first, and is never itself searched for placeholders.</summary>
static partial class MessageTemplate
{
    public const string Default = "[{level}] {cluster}: {sentence}";
    const int LongestValue = 500;
    static readonly string[] Names = ["level", "cluster", "rule", "title", "sentence", "user", "namespace", "outcome", "count", "time", "alert_id", "status"];

    /// <summary>What is wrong with a template; null when nothing is.</summary>
    public static string? Fault(string template) => Placeholder().Matches(template).Select(m => m.Groups[1].Value).FirstOrDefault(name => !Names.Contains(name)) is { } unknown
        ? $"holds {{{unknown}}}, which is no placeholder; there are {string.Join(", ", Names.Select(n => $"{{{n}}}"))}." : null;

    public static string Fill(string template, StoredAlert stored) => Placeholder().Replace(template, match => PlainText.Of(Value(match.Groups[1].Value, stored), LongestValue));

    static string? Value(string name, StoredAlert stored)
    {
        var alert = stored.Alert;
        return name switch
        {
            "level" => alert.Level,
            "cluster" => alert.Cluster,
            "rule" => alert.Rule.Name,
            "title" => alert.Rule.Title,
            "sentence" => alert.Sentence,
            "user" => alert.Actor.User,
            "namespace" => alert.Object?.Namespace,
            "outcome" => alert.Outcome,
            "count" => alert.Count.ToString(CultureInfo.InvariantCulture),
            "time" => Rfc3339.Of(alert.TimeMicros),
            "alert_id" => alert.AlertId,
            _ => TriageWords.Of(stored.Status),
        };
    }

    [GeneratedRegex(@"\{([a-z_]+)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Placeholder();
}
