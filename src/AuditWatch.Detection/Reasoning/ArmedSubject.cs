using System.Text.Json.Serialization;
using AuditWatch.Detection.EventLayer;

namespace AuditWatch.Detection.Reasoning;

/// <summary>Someone who was given rights and has not acted since.</summary>
sealed class ArmedSubject(string subject, SortKey since)
{
    /// <summary>A user name, or <c>group:NAME</c>.</summary>
    public string Subject { get; } = subject;

    /// <summary>The binding.</summary>
    public SortKey Since { get; } = since;

    /// <summary>It was a certificate that was given.</summary>
    public bool ByCertificate { get; init; }

    /// <summary>The earliest act offered so far; it waits in the reorder buffer.</summary>
    [JsonIgnore]
    public SortKey? Candidate { get; set; }

    [JsonIgnore]
    public string? User => Subject.StartsWith(BindingSubjects.GroupPrefix, StringComparison.Ordinal) ? null : Subject;

    public bool CouldBe(in Act act) => act.TimeMicros > Since.TimeMicros && (Candidate is not { } better || act.TimeMicros <= better.TimeMicros);
}
