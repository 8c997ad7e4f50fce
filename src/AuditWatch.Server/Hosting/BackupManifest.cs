using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace AuditWatch.Server.Hosting;

/// <summary>
/// What a backup holds beside its journal (which verifies itself): every file with its SHA-256, and how much of the journal was readable and damaged when it was taken.
/// Written last, so a backup without one is none.
/// </summary>
sealed record BackupManifest(int Version, string Made, bool HasState, long Records, int Damage, IReadOnlyDictionary<string, string> Files)
{
    const int Current = 1;
    const string Name = "backup.json";
    static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Writes it for the folder as it stands.</summary>
    public static BackupManifest Write(string folder, DateTimeOffset now, bool hasState, long records, int damage)
    {
        var files = FilesOf(folder).Order(StringComparer.Ordinal).ToDictionary(f => f, f => HashOf(Path.Combine(folder, f)));
        var manifest = new BackupManifest(Current, now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), hasState, records, damage, files);
        using var file = new FileStream(Path.Combine(folder, Name), FileMode.CreateNew, FileAccess.Write);
        JsonSerializer.Serialize(file, manifest, s_json);
        file.Flush(flushToDisk: true);
        return manifest;
    }

    /// <summary>Reads it. Throws <see cref="StartFault"/> when there is none, or not everything is as it says.</summary>
    public static BackupManifest Check(string folder)
    {
        BackupManifest manifest;
        try
        {
            manifest = JsonSerializer.Deserialize<BackupManifest>(File.ReadAllBytes(Path.Combine(folder, Name)), s_json) ?? throw new JsonException();
        }
        catch (Exception fault) when (fault is IOException or JsonException)
        {
            throw new StartFault($"'{folder}' is no whole backup: it has no {Name} that can be read. Name the folder that 'auditwatch backup' wrote.");
        }
        if (manifest.Version > Current) throw new StartFault($"'{folder}' was written by a newer AuditWatch (form {manifest.Version}; this version knows {Current}). Use that version.");
        foreach (var (name, hash) in manifest.Files)
        {
            var path = Path.Combine(folder, name);
            if (!File.Exists(path)) throw new StartFault($"'{folder}' is damaged: the file {name} is missing. Take another backup.");
            if (HashOf(path) != hash) throw new StartFault($"'{folder}' is damaged: the file {name} is not as it was written. Take another backup.");
        }
        if (FilesOf(folder).FirstOrDefault(f => !manifest.Files.ContainsKey(f)) is { } stranger) throw new StartFault($"'{folder}' holds the file {stranger}, which is no part of the backup. Take it away.");
        return manifest;
    }

    static IEnumerable<string> FilesOf(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/'))
        .Where(f => f != Name && !f.StartsWith("journal/", StringComparison.Ordinal));

    static string HashOf(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
