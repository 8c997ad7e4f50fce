using AuditWatch.Storage.State;
using Dapper;

namespace AuditWatch.Storage.Tests.State;

/// <summary>One numbered list of migrations makes the same tables in both databases.</summary>
public sealed class StateMigrationTests(SharedPostgres shared)
{
    // What only PostgreSQL needs: a key that fits an index, and how writers of several servers know what they wrote.
    static readonly string[] s_onlyPostgres = ["detection_state.key_sha256", "state_writer.number", "state_writer.seen_us", "state_writer.writer"];

    [Fact]
    public void Every_number_is_for_both_databases_and_used_once()
    {
        var names = typeof(StateStore).Assembly.GetManifestResourceNames().Where(name => name.Contains(".Migrations.", StringComparison.Ordinal)).ToList();
        static string NumberOf(string name) => name.Split(".Migrations.")[1][..4];
        var sqlite = names.Where(StateMigration.IsForSqlite).Select(NumberOf).Order(StringComparer.Ordinal).ToList();

        Assert.NotEmpty(sqlite);
        Assert.Equal(sqlite.Distinct(), sqlite);
        Assert.Equal(sqlite, names.Where(StateMigration.IsForPostgres).Select(NumberOf).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Both_databases_have_the_same_tables_columns_and_indexes()
    {
        using var folder = new TemporaryFolder();
        await using var sqlite = new SqliteStateDatabase(Path.Combine(folder.Path, "state.db"));
        await sqlite.MigrateAsync(CancellationToken.None);
        await using var postgres = new PostgresStateDatabase(await shared.DatabaseAsync("migrations"), TimeProvider.System);
        await postgres.MigrateAsync(CancellationToken.None);

        static async Task<List<string>> ListAsync(StateDatabase database, string sql) =>
            [.. await database.ReadAsync(connection => connection.QueryAsync<string>(sql), CancellationToken.None)];

        var columns = await ListAsync(sqlite, "select m.name || '.' || c.name from sqlite_master m, pragma_table_info(m.name) c where m.type = 'table' and m.name not like 'sqlite_%' and m.name <> 'SchemaVersions'");
        var others = await ListAsync(postgres, "select table_name || '.' || column_name from information_schema.columns where table_schema = 'public' and table_name <> 'schemaversions'");
        Assert.Equal(columns.Concat(s_onlyPostgres).Order(StringComparer.Ordinal), others.Order(StringComparer.Ordinal));

        var indexes = await ListAsync(sqlite, "select name from sqlite_master where type = 'index' and name not like 'sqlite_%'");
        Assert.Empty(indexes.Except(await ListAsync(postgres, "select indexname from pg_indexes where schemaname = 'public'")));
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
    }

    [Fact]
    public async Task Text_that_is_ordered_is_ordered_alike_whatever_the_database_was_made_with()
    {
        await using var postgres = new PostgresStateDatabase(await shared.DatabaseAsync("collations"), TimeProvider.System);
        await postgres.MigrateAsync(CancellationToken.None);

        Assert.Empty(await postgres.ReadAsync(connection => connection.QueryAsync<string>(
            "select table_name || '.' || column_name from information_schema.columns where table_schema = 'public' and data_type = 'text' and collation_name is distinct from 'C' and table_name <> 'schemaversions'"),
            CancellationToken.None));
    }
}
