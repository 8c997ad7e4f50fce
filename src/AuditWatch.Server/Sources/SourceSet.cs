using AuditWatch.Ingest.Sources;

namespace AuditWatch.Server.Sources;

/// <summary>The sources of this server, running or trying to.</summary>
sealed class SourceSet(IReadOnlyList<SourceWorker> workers)
{
    public IReadOnlyList<SourceStanding> Standings { get; } = [.. workers.Select(w => w.Standing)];

    public SourceWorker? Find(string name) => workers.FirstOrDefault(w => w.Standing.Name == name);
}
