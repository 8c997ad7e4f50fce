namespace AuditWatch.Server.Sources;

/// <summary>A secret that a setting names a file or a variable for. Read anew each time, so that it can be changed without a restart; never shown.</summary>
static class Secret
{
    /// <summary>How to read it; null when neither <c>KEY_file</c> nor <c>KEY_env</c> is set.</summary>
    public static Func<string>? Of(IReadOnlyDictionary<string, string> settings, string key) =>
        settings.TryGetValue(key + "_file", out var file) ? () => FromFile(key + "_file", file)
        : settings.TryGetValue(key + "_env", out var variable) ? () => FromVariable(key + "_env", variable)
        : null;

    static string FromFile(string key, string file)
    {
        try
        {
            return File.ReadAllText(file).Trim() is { Length: > 0 } text ? text : throw new IOException($"{key} '{file}' is empty.");
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw new IOException($"{key} '{file}' cannot be read: {fault.Message}", fault);
        }
    }

    static string FromVariable(string key, string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? text : throw new IOException($"{key} names the variable {variable}, which is not set.");
}
