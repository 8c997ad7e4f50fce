using System.Text.Json;
using ZstdSharp;

namespace AuditWatch.Scenarios;

/// <summary>A recording of a real control plane, with labels that say which requests are attacks. Skips the test when the recordings are not on this machine.</summary>
sealed class Recording
{
    static readonly string? Recordings = Find();
    static readonly Dictionary<string, Recording> Loaded = [];

    Recording(string name)
    {
        Name = name;
        var dir = Folder = Path.Combine(Recordings!, name);
        using var zstd = new DecompressionStream(File.OpenRead(Path.Combine(dir, "audit.log.zst")));
        using var lines = new StreamReader(zstd);
        var events = new List<ReadOnlyMemory<byte>>();
        while (lines.ReadLine() is { } line) events.Add(System.Text.Encoding.UTF8.GetBytes(line));
        Events = events;
        Labels = [.. File.ReadLines(Path.Combine(dir, "labels.jsonl")).Select(l => JsonSerializer.Deserialize<Label>(l)!)];
    }

    public string Name { get; }

    public string Folder { get; }

    public IReadOnlyList<ReadOnlyMemory<byte>> Events { get; }

    public IReadOnlyList<Label> Labels { get; }

    public static Recording Of(string name)
    {
        Assert.SkipWhen(Recordings is null, "Set AUDITWATCH_KIT to the folder that holds data/audit-live to run scenarios on recorded traffic.");
        lock (Loaded) return Loaded.TryGetValue(name, out var known) ? known : Loaded[name] = new Recording(name);
    }

    /// <summary>The attacks and incidents that a request belongs to, in any role.</summary>
    public IReadOnlyList<string> AttacksOf(string auditId) =>
        [.. Labels.Where(l => l.kind != "benign_lookalike" && l.All.Contains(auditId)).Select(l => l.id)];

    static string? Find()
    {
        if (Environment.GetEnvironmentVariable("AUDITWATCH_KIT") is not { Length: > 0 } kit) return null;
        return new[] { Path.Combine(kit, "data", "audit-live"), Path.Combine(kit, "..", "data", "audit-live"), Path.Combine(kit, "audit-live"), kit }
            .FirstOrDefault(d => Directory.Exists(Path.Combine(d, "requestresponse")));
    }
}

#pragma warning disable IDE1006, CA1812 // names as in labels.jsonl
sealed record Label(string id, string kind, IReadOnlyList<string> audit_ids, IReadOnlyList<string>? context_ids, IReadOnlyList<string>? consequence_ids, IReadOnlyList<string>? cleanup_ids)
{
    public IEnumerable<string> All => audit_ids.Concat(context_ids ?? []).Concat(consequence_ids ?? []).Concat(cleanup_ids ?? []);
}
