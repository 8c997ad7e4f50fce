namespace AuditWatch.Testing;

/// <summary>Where tests find real servers and recordings: the environment variable AUDITWATCH_KIT names the folder of servers, the recordings lie beside it.</summary>
public static class Kit
{
    /// <summary>The folder, or null.</summary>
    public static string? Folder { get; } = Environment.GetEnvironmentVariable("AUDITWATCH_KIT") is { Length: > 0 } folder && Directory.Exists(folder) ? Path.GetFullPath(folder) : null;

    /// <summary>The folder of recorded audit traffic, or null.</summary>
    public static string? Recordings { get; } = Folder is not null && Path.GetFullPath(Path.Combine(Folder, "..", "data", "audit-live")) is var data && Directory.Exists(data) ? data : null;

    /// <summary>Why a test that needs it skips.</summary>
    public const string Missing = "Needs the test servers and recordings: set AUDITWATCH_KIT to their folder, or run .ci/run.";
}
