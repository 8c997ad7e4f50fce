using System.Text.Json.Serialization;
using AuditWatch.Storage.State;

namespace AuditWatch.Server.Queries;

/// <summary>What is done with an alert, or with all that match. What is not said stays as it is.</summary>
public sealed record TriageBody
{
    /// <summary>acknowledged, closed or reopened.</summary>
    [JsonPropertyName("status")] public string? Status { get; init; }
    /// <summary>With closed: true_positive, benign_expected, noise or duplicate.</summary>
    [JsonPropertyName("resolution")] public string? Resolution { get; init; }
    /// <summary>The new assignee.</summary>
    [JsonPropertyName("assignee")] public string? Assignee { get; init; }
    /// <summary>Nobody's from now on.</summary>
    [JsonPropertyName("unassign")] public bool Unassign { get; init; }
    /// <summary>Tags to add.</summary>
    [JsonPropertyName("add_tags")] public IReadOnlyList<string>? AddTags { get; init; }
    /// <summary>Tags to take off.</summary>
    [JsonPropertyName("remove_tags")] public IReadOnlyList<string>? RemoveTags { get; init; }
    /// <summary>A remark.</summary>
    [JsonPropertyName("note")] public string? Note { get; init; }
    /// <summary>Who does it, where the credential does not say so; default: what is known of the caller.</summary>
    [JsonPropertyName("by")] public string? By { get; init; }
    /// <summary>Bulk only: change nothing when not exactly so many match.</summary>
    [JsonPropertyName("expected")] public long? Expected { get; init; }
    /// <summary>Bulk only: only say how many match.</summary>
    [JsonPropertyName("dry_run")] public bool DryRun { get; init; }

    internal TriageChange Change(string who, string via)
    {
        AlertStatus? status = Status is null ? null : TriageWords.TryStatus(Status, out var s) ? s
            : throw new QueryFault($"'status' is '{Status}', but must be one of acknowledged, closed, reopened.");
        Resolution? resolution = Resolution is null ? null : TriageWords.TryResolution(Resolution, out var r) ? r
            : throw new QueryFault($"'resolution' is '{Resolution}', but must be one of {string.Join(", ", TriageWords.AllResolutions)}.");
        return new TriageChange(who, via)
        {
            Status = status, Resolution = resolution, Assignee = Assignee, Unassign = Unassign, AddTags = AddTags ?? [], RemoveTags = RemoveTags ?? [], Note = Note,
        };
    }
}

/// <summary>Who does it.</summary>
public sealed record WhoBody
{
    /// <summary>A name; default: what is known of the caller.</summary>
    [JsonPropertyName("by")] public string? By { get; init; }
}
