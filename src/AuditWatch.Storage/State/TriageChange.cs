using System.Text.Json.Nodes;

namespace AuditWatch.Storage.State;

/// <summary>What somebody does with an alert. What is not said stays as it is.</summary>
/// <param name="Who">Who does it.</param>
/// <param name="Via">How we know: <c>token</c>, <c>loopback</c>, <c>data</c>, <c>auditwatch</c>.</param>
public sealed record TriageChange(string Who, string Via)
{
    /// <summary>The longest note.</summary>
    public const int LongestNote = 16_384;
    const int LongestName = 256, LongestTag = 64, MostTags = 50;

    /// <summary>The new status.</summary>
    public AlertStatus? Status { get; init; }
    /// <summary>What it turned out to be; goes with closing.</summary>
    public Resolution? Resolution { get; init; }
    /// <summary>The new assignee.</summary>
    public string? Assignee { get; init; }
    /// <summary>Nobody's from now on.</summary>
    public bool Unassign { get; init; }
    /// <summary>Tags to add.</summary>
    public IReadOnlyList<string> AddTags { get; init; } = [];
    /// <summary>Tags to take off.</summary>
    public IReadOnlyList<string> RemoveTags { get; init; } = [];
    /// <summary>A remark.</summary>
    public string? Note { get; init; }

    /// <summary>What is wrong with it whatever it is applied to; null when nothing is.</summary>
    public string? Fault()
    {
        if (Who.Length is 0 or > LongestName) return $"The name of who does it must have 1 to {LongestName} characters.";
        if (Assignee is { Length: 0 or > LongestName }) return $"An assignee's name must have 1 to {LongestName} characters.";
        if (Assignee is not null && Unassign) return "An alert is either assigned or unassigned.";
        if (Note is { } note && (note.Length > LongestNote || string.IsNullOrWhiteSpace(note))) return $"A note must have 1 to {LongestNote} characters.";
        if (Status == AlertStatus.New) return "An alert cannot become new again; reopen it, or undo the change.";
        if (Status == AlertStatus.Closed && Resolution is null) return "Closing needs a resolution: " + string.Join(", ", TriageWords.AllResolutions) + ".";
        if (Resolution is not null && Status != AlertStatus.Closed) return "A resolution goes with closing.";
        if (AddTags.Concat(RemoveTags).FirstOrDefault(tag => !IsTag(tag)) is { } bad) return $"'{bad}' is no tag; use 1 to {LongestTag} letters, digits and . _ : / -.";
        return AddTags.Count + RemoveTags.Count > MostTags ? $"At most {MostTags} tags at once." : null;
    }

    /// <summary>What it makes of a state, or why it cannot.</summary>
    internal (TriageState After, string? Refusal) ApplyTo(TriageState before, bool needsNote)
    {
        if (Status == AlertStatus.Reopened && before.Status is not (AlertStatus.Closed or AlertStatus.Reopened)) return (before, "Only a closed alert can be reopened.");
        if (Status == AlertStatus.Acknowledged && before.Status == AlertStatus.Closed) return (before, "It is closed; reopen it first.");
        if (Status == AlertStatus.Closed && needsNote && Note is null) return (before, "Its rule asks for a note when it is closed.");
        var tags = AddTags.Count + RemoveTags.Count == 0 ? before.Tags : TriageState.Join(before.TagList.Except(RemoveTags).Concat(AddTags));
        if (tags.Count(c => c == ' ') - 1 > MostTags) return (before, $"An alert has at most {MostTags} tags.");
        var assignee = Unassign ? null : Assignee ?? before.Assignee;
        if (Status == AlertStatus.Acknowledged && !Unassign) assignee ??= Who;   // whoever acknowledges takes it
        return (new TriageState(Status ?? before.Status, Status is null ? before.Resolution : Resolution, assignee, tags), null);
    }

    /// <summary>The act in one word, for the history.</summary>
    internal string Act(TriageState before, TriageState after) =>
        after.Status != before.Status || Status == AlertStatus.Closed ? TriageWords.Of(after.Status)
        : after.Assignee != before.Assignee ? after.Assignee is null ? "unassigned" : "assigned"
        : after.Tags != before.Tags ? "tagged" : "noted";

    /// <summary>What it says, for the list of bulk changes.</summary>
    internal string Write()
    {
        var json = new JsonObject();
        if (Status is { } status) json["status"] = TriageWords.Of(status);
        if (Resolution is { } resolution) json["resolution"] = TriageWords.Of(resolution);
        if (Assignee is not null) json["assignee"] = StoredText.Keep(Assignee);
        if (Unassign) json["assignee"] = null;
        if (AddTags.Count > 0) json["add_tags"] = new JsonArray([.. AddTags.Select(tag => (JsonNode)tag)]);
        if (RemoveTags.Count > 0) json["remove_tags"] = new JsonArray([.. RemoveTags.Select(tag => (JsonNode)tag)]);
        if (Note is not null) json["note"] = StoredText.Keep(Note);
        return json.ToJsonString();
    }

    static bool IsTag(string? tag) => tag is { Length: > 0 and <= LongestTag } && tag.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or ':' or '/' or '-');
}
