using System.Reflection;
using Dapper;
using Npgsql;

namespace AuditWatch.Storage.State;

/// <summary>
/// The numbered migrations in PostgreSQL's dialect, in one transaction under an advisory lock: of several starters one does the work and the others find it done. A
/// migration whose SQL both databases take is one file, NNNN_name.sql.
/// </summary>
static class PostgresMigrations
{
    const int OldestServer = 130_000;
    const long Lock = 0x4157_5354_0001;   // "AWST"; advisory locks are the database's own

    public static async Task RunAsync(NpgsqlConnection connection, PostgresPlace place, CancellationToken stop)
    {
        var (version, encoding) = await connection.QuerySingleAsync<(int, string)>(new CommandDefinition(
            "select current_setting('server_version_num')::int, current_setting('server_encoding')", cancellationToken: stop)).ConfigureAwait(false);
        if (version < OldestServer) throw new StateSchemaException($"{place}: PostgreSQL {version / 10_000} is too old; 13 or newer is needed.");
        if (encoding != "UTF8")
            throw new StateSchemaException($"{place}: the database's encoding is {encoding}, but must be UTF8. Make another with: create database \"{place.Database}\" encoding 'UTF8' template template0");
        var transaction = await connection.BeginTransactionAsync(stop).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            Task<int> RunAsync(string sql, object? values = null) => connection.ExecuteAsync(new CommandDefinition(sql, values, transaction, commandTimeout: 0, cancellationToken: stop));
            // Whoever waits for another's migration must not give up before it is done.
            await RunAsync("set local lock_timeout = '15min'; set local idle_in_transaction_session_timeout = '15min'").ConfigureAwait(false);
            await RunAsync("select pg_advisory_xact_lock(@Lock)", new { Lock }).ConfigureAwait(false);
            await RunAsync("create table if not exists schemaversions (scriptname text collate \"C\" primary key, applied text not null)").ConfigureAwait(false);
            var done = (await connection.QueryAsync<string>(new CommandDefinition("select scriptname from schemaversions order by scriptname", transaction: transaction, cancellationToken: stop)).ConfigureAwait(false))
                .ToHashSet(StringComparer.Ordinal);
            var scripts = Scripts();
            if (done.Order(StringComparer.Ordinal).FirstOrDefault(name => !scripts.ContainsKey(name)) is { } newer)
                throw new StateSchemaException($"{place}: written by a newer AuditWatch (it has the migration {newer}, which this version does not know). Use that version, or another database.");
            foreach (var (name, sql) in scripts.Where(script => !done.Contains(script.Key)))
            {
                try
                {
                    await RunAsync(sql).ConfigureAwait(false);
                }
                catch (PostgresException fault) when (!PostgresFaults.PassesByItself(fault))
                {
                    throw new StateSchemaException($"{place}: the migration {name} failed: {fault.MessageText}", fault);
                }

                await RunAsync("insert into schemaversions (scriptname, applied) values (@name, now()::text)", new { name }).ConfigureAwait(false);
            }

            await transaction.CommitAsync(stop).ConfigureAwait(false);
        }
    }

    /// <summary>The migrations by name, in order.</summary>
    internal static SortedDictionary<string, string> Scripts()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var scripts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in assembly.GetManifestResourceNames().Where(StateMigration.IsForPostgres))
        {
            using var text = new StreamReader(assembly.GetManifestResourceStream(name)!);
            scripts.Add(name, text.ReadToEnd());
        }

        return scripts;
    }
}
