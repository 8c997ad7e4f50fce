namespace AuditWatch.Detection.EventLayer;

/// <summary>Fields whose values stand as they are in the object that a request writes: the path they stand under.</summary>
static class WrittenFields
{
    static readonly Dictionary<string, string> Keys = new(StringComparer.Ordinal)
    {
        ["aw.binding.role_kind"] = "roleRef", ["aw.binding.role_name"] = "roleRef", ["aw.binding.subjects"] = "subjects", ["aw.role.rules"] = "rules",
        ["aw.csr.signer"] = "signerName", ["aw.csr.usages"] = "usages", ["aw.pod"] = "", ["aw.pod.annotations"] = "annotations", ["aw.pod.containers"] = "containers",
        ["aw.pod.host_ipc"] = "hostIPC", ["aw.pod.host_network"] = "hostNetwork", ["aw.pod.host_pid"] = "hostPID", ["aw.pod.labels"] = "labels",
        ["aw.pod.service_account"] = "serviceAccount", ["aw.pod.volumes"] = "volumes", ["requestObject"] = "",
    };

    /// <summary>"": any path. Null: the field does not stand there.</summary>
    public static string? PathOf(string field)
    {
        if (Keys.TryGetValue(field, out var key)) return key;
        // Ephemeral and init containers are containers too.
        for (var end = field.Length; end > 0; end = field.AsSpan(0, end).LastIndexOfAny('.', '['))
            if (Keys.ContainsKey(field[..end]))
                return field.AsSpan(end).ContainsAny('[', '\\') ? "" : field[(end + 1)..];
        return null;
    }
}
