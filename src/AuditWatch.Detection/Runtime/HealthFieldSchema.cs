using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.Runtime;

/// <summary>The fields of health facts: the members of the record, as docs/sources.md names them.</summary>
sealed class HealthFieldSchema : IFieldSchema
{
    public static readonly HealthFieldSchema Instance = new();

    static readonly string[] s_fields =
    [
        "fact", "cluster", "source", "api_server", "since_us", "time_us", "sentence", "ends", "ends_since_us",
        "silent_seconds", "usual_seconds", "cluster_silent", "others_speaking", "replaced_by",
        "changes", "direction", "ahead_seconds", "lost", "gaps", "error", "state", "missing", "api_server_says", "we_have", "plugin",
        "audit_id", "stage", "fields", "copies", "uncompared",
    ];

    public bool TryBind(string field, out int slot, out string? problem)
    {
        slot = Array.IndexOf(s_fields, field);
        problem = slot >= 0 ? null : $"A health fact has no field '{field}'. There are: {string.Join(", ", s_fields)}.";
        return slot >= 0;
    }

    public string NameOf(int slot) => s_fields[slot];
}
