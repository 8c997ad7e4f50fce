using System.Text.RegularExpressions;

namespace AuditWatch.Server.Configuration;

/// <summary>Puts file, environment and flags together: flags win over environment over file.</summary>
public static partial class ConfigLoader
{
    const string Prefix = "AUDITWATCH_";

    /// <summary>Variables that begin like settings but are none.</summary>
    static readonly HashSet<string> NotSettings = ["AUDITWATCH_KIT", "AUDITWATCH_TOKEN", "AUDITWATCH_CONFIG", "AUDITWATCH_FUZZ_CASES", "AUDITWATCH_KILLS"];

    /// <summary>
    /// Loads the configuration. <paramref name="file"/> null means <c>auditwatch.yaml</c> in the working folder if there is one;
    /// <paramref name="flags"/> are (path, value, flag's name). Every fault found is in <paramref name="faults"/>; the result counts only when there is none.
    /// </summary>
    public static AuditWatchConfig Load(
        string? file, IReadOnlyDictionary<string, string> environment, IEnumerable<(string Path, string Value, string Flag)> flags, List<ConfigFault> faults)
    {
        var root = ReadFile(file ?? environment.GetValueOrDefault("AUDITWATCH_CONFIG"), faults) ?? new ConfigNode("configuration") { Members = [] };
        foreach (var (name, value) in environment.OrderBy(e => e.Key, StringComparer.Ordinal))
        {
            if (!name.StartsWith(Prefix, StringComparison.Ordinal) || NotSettings.Contains(name) || ServiceLink().IsMatch(name)) continue;
            root.Set(name[Prefix.Length..].ToLowerInvariant().Split("__"), value, name);
        }
        var lists = new Dictionary<string, int>();
        foreach (var (path, value, flag) in flags)
        {
            // A flag that may be repeated replaces the whole list, then adds to it.
            if (!path.EndsWith("[]", StringComparison.Ordinal)) root.Set(path.Split('.'), value, flag);
            else
            {
                var key = path[..^2];
                var index = lists.GetValueOrDefault(key);
                if (index == 0) root.Members?.Remove(key);
                root.Set([key, index.ToString(System.Globalization.CultureInfo.InvariantCulture)], value, flag);
                lists[key] = index + 1;
            }
        }
        return ConfigReader.Read(root, faults);
    }

    static ConfigNode? ReadFile(string? file, List<ConfigFault> faults)
    {
        var path = file ?? "auditwatch.yaml";
        if (file is null && !File.Exists(path)) return null;
        try
        {
            return ConfigYaml.Read(File.ReadAllText(path), path, faults);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            faults.Add(new ConfigFault(path, $"Cannot be read: {fault.Message}"));
            return null;
        }
    }

    // Kubernetes puts AUDITWATCH_SERVICE_HOST, AUDITWATCH_PORT_9443_TCP_ADDR and their kind into every pod beside a Service named auditwatch.
    [GeneratedRegex("^AUDITWATCH(_[A-Z0-9]+)*_(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT(_.*)?)$", RegexOptions.NonBacktracking)]
    private static partial Regex ServiceLink();
}
