using Microsoft.Data.Sqlite;

namespace AuditWatch.Storage.State;

/// <summary>Copies the embedded state while another process may be writing it: one moment of it, whole, in one file.</summary>
public static class StateCopy
{
    /// <summary>Copies <paramref name="from"/> (a <c>state.db</c>) into a file that does not exist yet.</summary>
    /// <exception cref="IOException">It cannot be read, or not be written.</exception>
    public static async Task WriteAsync(string from, string to, CancellationToken stop)
    {
        try
        {
            var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.GetFullPath(from), Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = 0 }.ToString());
            await using (connection.ConfigureAwait(false))
            {
                await connection.OpenAsync(stop).ConfigureAwait(false);
                var copy = connection.CreateCommand();
                await using (copy.ConfigureAwait(false))
                {
                    copy.CommandText = "vacuum into $to";
                    copy.Parameters.AddWithValue("$to", Path.GetFullPath(to));
                    await copy.ExecuteNonQueryAsync(stop).ConfigureAwait(false);
                }
            }
            var file = new FileStream(to, FileMode.Open, FileAccess.ReadWrite);
            await using (file.ConfigureAwait(false)) file.Flush(flushToDisk: true);
        }
        catch (SqliteException fault)
        {
            throw new IOException($"The state in '{from}' cannot be copied: {fault.Message}", fault);
        }
    }

    /// <summary>What SQLite's own check finds wrong with a state file; null: nothing.</summary>
    public static async Task<string?> FindFaultAsync(string file, CancellationToken stop)
    {
        try
        {
            var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.GetFullPath(file), Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
            await using (connection.ConfigureAwait(false))
            {
                await connection.OpenAsync(stop).ConfigureAwait(false);
                var check = connection.CreateCommand();
                await using (check.ConfigureAwait(false))
                {
                    check.CommandText = "pragma integrity_check(1)";
                    return await check.ExecuteScalarAsync(stop).ConfigureAwait(false) is "ok" ? null : "SQLite's own check says that it is damaged.";
                }
            }
        }
        catch (SqliteException fault)
        {
            return fault.Message;
        }
    }
}
