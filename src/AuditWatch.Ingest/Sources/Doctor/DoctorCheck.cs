namespace AuditWatch.Ingest.Sources.Doctor;

/// <summary>One thing that was tried of a source.</summary>
/// <param name="Check">reach, list, read, decode, …</param>
/// <param name="State">ok, failed, or nothing-yet where there is nothing to try it on.</param>
/// <param name="Detail">What was found, or what is wrong and what to do about it.</param>
public sealed record DoctorCheck(string Check, string State, string Detail)
{
    /// <summary>Whether it failed.</summary>
    public bool IsFailed => State == "failed";

    /// <summary>For <c>decode</c>: the event, cleaned of secrets; else null.</summary>
    public string? Event { get; init; }

    internal static DoctorCheck Ok(string check, string detail) => new(check, "ok", detail);

    internal static DoctorCheck Failed(string check, string detail) => new(check, "failed", detail);

    internal static DoctorCheck Nothing(string check, string detail) => new(check, "nothing-yet", detail);
}
