namespace AuditWatch.Ingest.Tests;

/// <summary>A folder of its own for one test.</summary>
public sealed class DataFolder : IDisposable
{
    public DataFolder() => Path = Directory.CreateTempSubdirectory("auditwatch-").FullName;

    public string Path { get; }

    public string Journal => System.IO.Path.Combine(Path, "journal");

    public string LastSegment => Directory.EnumerateFiles(Journal, "segment-*.awj").Order(StringComparer.Ordinal).Last();

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
