using System.Text.Json;
using AuditWatch.Server.Sources;
using AuditWatch.Storage.State;

namespace AuditWatch.Server.Roles;

/// <summary>What a process that takes in says of itself, in the state, so that all others know: how its sources stand, and whether it refuses posts for now.</summary>
sealed record IngestReport(bool IsRefusing, IReadOnlyList<SourceReport> Sources)
{
    /// <summary>How often it is said, and for how long it holds: a process that was killed is soon not counted any more.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(5), Holds = TimeSpan.FromSeconds(30);

    public static Task SaveAsync(StateStore state, string owner, IngestReport report, CancellationToken stop) => state.SaveProcessReportAsync(owner, JsonSerializer.Serialize(report), stop);

    /// <summary>What all of them say now.</summary>
    public static async Task<IReadOnlyDictionary<string, IngestReport>> ListAsync(StateStore state, CancellationToken stop)
    {
        var reports = new Dictionary<string, IngestReport>(StringComparer.Ordinal);
        foreach (var (owner, json) in await state.ListProcessReportsAsync(Holds, stop))
        {
            try
            {
                if (JsonSerializer.Deserialize<IngestReport>(json) is { } report) reports.Add(owner, report);
            }
            catch (JsonException)
            {
                // Of another version, for as long as an upgrade takes.
            }
        }
        return reports;
    }
}
