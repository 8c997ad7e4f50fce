using Dapper;

namespace AuditWatch.Storage.State;

public sealed partial class StateStore
{
    /// <summary>How many alerts there are.</summary>
    public Task<long> CountAlertsAsync(CancellationToken stop) => ReadAsync(connection => connection.QuerySingleAsync<long>(Sql("select count(*) from alert", null, null, stop)), stop);
}
