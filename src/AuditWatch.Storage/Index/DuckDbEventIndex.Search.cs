using DuckDB.NET.Data;

namespace AuditWatch.Storage.Index;

public sealed partial class DuckDbEventIndex
{
    /// <inheritdoc/>
    public Task<EventPage> SearchAsync(EventQuery query, CancellationToken stop)
    {
        var search = new EventSearch(query);
        return Task.Run(() =>
        {
            using var connection = NewConnection();
            using var command = connection.CreateCommand();
            command.CommandText = search.Sql;
            foreach (var value in search.Values) command.Parameters.Add(value.Parameter);
            using var cancel = stop.Register(command.Cancel);
            try
            {
                using var row = command.ExecuteReader();
                var rows = new List<EventRow>();
                while (row.Read()) rows.Add(EventSearch.RowOf(row));
                return search.PageOf(rows);
            }
            catch (DuckDBException) when (stop.IsCancellationRequested)
            {
                throw new OperationCanceledException(stop);
            }
        }, stop);
    }
}
