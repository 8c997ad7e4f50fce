using System.Text.Json;
using System.Text.Json.Nodes;

namespace AuditWatch.Storage.State;

/// <summary>What a change of triage can change: history keeps it as it was before and after.</summary>
/// <param name="Status">Where it stands.</param>
/// <param name="Resolution">What it turned out to be.</param>
/// <param name="Assignee">Whose it is.</param>
/// <param name="Tags">Its tags, sorted, each between blanks.</param>
public sealed record TriageState(AlertStatus Status, Resolution? Resolution, string? Assignee, string Tags)
{
    /// <summary>What the tags of an alert without tags are.</summary>
    public const string NoTags = " ";

    /// <summary>The tags, one by one.</summary>
    public IReadOnlyList<string> TagList => Tags.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    internal static string Join(IEnumerable<string> tags) =>
        string.Concat(tags.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(tag => " " + tag)) + " ";

    internal string Write() => new JsonObject
    {
        ["status"] = TriageWords.Of(Status),
        ["resolution"] = Resolution is { } resolution ? TriageWords.Of(resolution) : null,
        ["assignee"] = StoredText.Keep(Assignee),
        ["tags"] = Tags,
    }.ToJsonString();

    internal static TriageState Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        TriageWords.TryStatus(root.GetProperty("status").GetString(), out var status);
        return new TriageState(status, TriageWords.TryResolution(root.GetProperty("resolution").GetString(), out var resolution) ? resolution : null,
            StoredText.Back(root.GetProperty("assignee").GetString()), root.GetProperty("tags").GetString()!);
    }
}
