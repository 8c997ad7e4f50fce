using Xunit;
using ZstdSharp;

namespace AuditWatch.Events.Tests.Scanning;

/// <summary>The recorded audit logs of a real API server, where they are at hand.</summary>
static class Recordings
{
    /// <summary>Every audit.log.zst; skips the test that asks when there is none.</summary>
    internal static IReadOnlyList<string> Logs()
    {
        var kit = Environment.GetEnvironmentVariable("AUDITWATCH_KIT");
        Assert.SkipWhen(string.IsNullOrEmpty(kit), "Set AUDITWATCH_KIT to the kit folder (recordings are looked for in ../data/audit-live beside it) to run this on real audit logs.");
        var logs = Directory.GetFiles(Path.Combine(kit!, "..", "data", "audit-live"), "audit.log.zst", SearchOption.AllDirectories);
        Array.Sort(logs, StringComparer.Ordinal);
        Assert.NotEmpty(logs);
        return logs;
    }

    internal static byte[] Unpack(string path)
    {
        using var file = File.OpenRead(path);
        using var unpacked = new DecompressionStream(file);
        using var all = new MemoryStream();
        unpacked.CopyTo(all);
        return all.ToArray();
    }
}
