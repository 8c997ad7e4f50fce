using DuckDB.NET.Data;

namespace AuditWatch.Storage.Index;

/// <summary>The tables of the embedded index. A change of any of it is a new <see cref="Version"/>, and the index is built again from the journal.</summary>
internal static class DuckDbSchema
{
    public const string Version = "1";

    /// <summary>Column of the storage table, its SQL type, and what the <c>events</c> view shows for it when that is not the column itself.</summary>
    public static readonly (string Name, string Type, string? Shown)[] Columns =
    [
        ("event_id", "uuid", "replace(cast(event_id as varchar), '-', '')"),   // 16 bytes stored, 32 hex digits shown
        ("time", "timestamp not null", null),
        ("request_received", "timestamp", null),
        .. Enum.GetValues<TextColumn>().Where(column => column < TextColumn.Count).Select(column => (NameOf(column), "varchar", (string?)null)),
        .. Enum.GetValues<WordColumn>().Where(column => column < WordColumn.Count).Select(column => (NameOf(column), WordsOf(column), (string?)null)),
        .. Enum.GetValues<ListColumn>().Where(column => column < ListColumn.Count).Select(column => (NameOf(column), "varchar[]", (string?)null)),
        .. Enum.GetValues<NumberColumn>().Where(column => column < NumberColumn.Count).Select(column => (NameOf(column), "integer", (string?)null)),
        .. Enum.GetValues<FlagColumn>().Where(column => column < FlagColumn.Count).Select(column => (NameOf(column), "boolean", (string?)null)),
    ];

    public static string NameOf<TColumn>(TColumn column) where TColumn : struct, Enum =>
        System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(column.ToString());

    public static string? VersionOf(DuckDBConnection connection)
    {
        if (Scalar(connection, "select count(*) from duckdb_tables() where table_name = 'meta'") is 0L) return null;
        return (string?)Scalar(connection, "select value from meta where key = 'schema'");
    }

    public static void Create(DuckDBConnection connection)
    {
        var columns = string.Join(", ", Columns.Select(column => $"\"{column.Name}\" {column.Type}"));
        var shown = string.Join(", ", Columns.Select(column => column.Shown is null ? $"\"{column.Name}\"" : $"{column.Shown} as \"{column.Name}\""));
        Run(connection,
            $"""
            begin transaction;
            create table stored_event ({columns});
            create view events as select {shown} from stored_event;
            create table alerts (
                alert_id varchar, version bigint, status varchar, time timestamp, cluster varchar,
                level enum('informational', 'low', 'medium', 'high', 'critical'),
                rule_id varchar, rule_name varchar, rule_title varchar, attack varchar[], tactics varchar[], sentence varchar,
                "user" varchar, effective_user varchar, impersonated boolean, credential_id varchar, client_ip varchar, user_agent varchar,
                verb varchar, api_group varchar, resource varchar, subresource varchar, namespace varchar, name varchar,
                outcome varchar, count bigint, audit_ids varchar[]);
            create table alert_evidence (alert_id varchar, segment integer, frame integer, "index" integer);
            create table journal_position (segment integer, frame integer, record integer);
            insert into journal_position values (0, 0, -1);
            create table meta (key varchar, value varchar);
            insert into meta values ('schema', '{Version}');
            commit
            """);
    }

    public static void Run(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public static object? Scalar(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    static string WordsOf(WordColumn column) => $"enum({string.Join(", ", EventWords.Of[(int)column].Select(word => $"'{word}'"))})";
}
