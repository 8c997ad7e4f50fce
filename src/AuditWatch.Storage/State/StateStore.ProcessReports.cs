using Dapper;

namespace AuditWatch.Storage.State;

// What the processes of an installation say of themselves, for whoever shows all of them.
public sealed partial class StateStore
{
    static readonly TimeSpan s_reportsKept = TimeSpan.FromHours(1), s_repeatsKept = TimeSpan.FromDays(30);

    /// <summary>Keeps what a process says of itself, in place of what it said before. What others said an hour ago is forgotten: they are gone.</summary>
    public Task SaveProcessReportAsync(string owner, string report, CancellationToken stop) => _database.WriteAsync(async transaction =>
    {
        var now = UnixMicros.Of(_clock);
        await transaction.Connection!.ExecuteAsync(Sql(
            """
            insert into process_report (owner, at_us, report) values (@owner, @now, @report)
            on conflict (owner) do update set at_us = excluded.at_us, report = excluded.report
            """, new { owner = StoredText.Keep(owner), now, report = StoredText.Keep(report) }, transaction, stop)).ConfigureAwait(false);
        return await transaction.Connection!.ExecuteAsync(Sql(
            "delete from process_report where at_us < @old", new { old = now - UnixMicros.From(s_reportsKept) }, transaction, stop)).ConfigureAwait(false);
    }, alongside: true, stop);

    /// <summary>What processes say of themselves that were heard within <paramref name="age"/>, by who they are.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ListProcessReportsAsync(TimeSpan age, CancellationToken stop) =>
        (await ReadAsync(connection => connection.QueryAsync<ReportRow>(Sql(
            "select owner, report from process_report where at_us >= @since", new { since = UnixMicros.Of(_clock) - UnixMicros.From(age) }, null, stop)), stop).ConfigureAwait(false))
        .ToDictionary(row => StoredText.Back(row.Owner)!, row => StoredText.Back(row.Report)!, StringComparer.Ordinal);

    /// <summary>Adds to the counts of events that came again to any process, by who sent them. A count that nothing was added to for 30 days is forgotten.</summary>
    public Task AddRepeatsAsync(IReadOnlyCollection<ApiServerRepeats> repeats, CancellationToken stop) => _database.WriteAsync(async transaction =>
    {
        var now = UnixMicros.Of(_clock);
        // In one order for all processes, or two of them would wait for each other's rows.
        await transaction.Connection!.ExecuteAsync(Sql(
            """
            insert into api_server_repeats (cluster, source, api_server, repeats, at_us) values (@cluster, @source, @server, @count, @now)
            on conflict (cluster, source, api_server) do update set repeats = api_server_repeats.repeats + excluded.repeats, at_us = excluded.at_us
            """, repeats.Select(r => new { cluster = StoredText.Keep(r.Cluster), source = StoredText.Keep(r.Source), server = StoredText.Keep(r.ApiServer), count = r.Repeats, now })
                .OrderBy(r => r.cluster, StringComparer.Ordinal).ThenBy(r => r.source, StringComparer.Ordinal).ThenBy(r => r.server, StringComparer.Ordinal).ToList(), transaction, stop)).ConfigureAwait(false);
        return await transaction.Connection!.ExecuteAsync(Sql(
            "delete from api_server_repeats where at_us < @old", new { old = now - UnixMicros.From(s_repeatsKept) }, transaction, stop)).ConfigureAwait(false);
    }, alongside: true, stop);

    /// <summary>How many events came again to any process, by who sent them.</summary>
    public async Task<IReadOnlyList<ApiServerRepeats>> ListRepeatsAsync(CancellationToken stop) =>
        [.. (await ReadAsync(connection => connection.QueryAsync<RepeatsRow>(Sql(
            "select cluster, source, api_server, repeats from api_server_repeats order by cluster, source, api_server", null, null, stop)), stop).ConfigureAwait(false))
            .Select(row => new ApiServerRepeats(StoredText.Back(row.Cluster)!, StoredText.Back(row.Source)!, StoredText.Back(row.Api_Server)!, row.Repeats))];

    sealed record ReportRow(string Owner, string Report);

    sealed record RepeatsRow(string Cluster, string Source, string Api_Server, long Repeats);
}
