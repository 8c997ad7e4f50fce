namespace AuditWatch.Storage.State;

/// <summary>One numbered list of migrations: NNNN_name.sql where both databases take the same SQL, else NNNN_name.sqlite.sql and NNNN_name.postgres.sql.</summary>
static class StateMigration
{
    const string All = ".sql", Sqlite = ".sqlite.sql", Postgres = ".postgres.sql";

    public static bool IsForSqlite(string name) => name.EndsWith(All, StringComparison.Ordinal) && !name.EndsWith(Postgres, StringComparison.Ordinal);

    public static bool IsForPostgres(string name) => name.EndsWith(All, StringComparison.Ordinal) && !name.EndsWith(Sqlite, StringComparison.Ordinal);
}
