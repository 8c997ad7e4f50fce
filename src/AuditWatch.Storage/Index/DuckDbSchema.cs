using DuckDB.NET.Data;

namespace AuditWatch.Storage.Index;

/// <summary>The tables of the embedded index. A change of any of it is a new <see cref="Version"/>, and the index is built again from the journal.</summary>
internal static class DuckDbSchema
{
    public const string Version = "1";

    const string EffectiveUser = "case when impersonated then impersonated_user else \"user\" end";
    const string Agent = "split_part(user_agent, ' ', 1)";

    /// <summary>What is stored, in the order in which rows are appended.</summary>
    public static readonly (string Name, string Type)[] Stored =
    [
        ("event_id", "uuid not null"),
        ("audit_uuid", "uuid"),
        ("time", "timestamp not null"),
        ("request_received", "timestamp"),
        .. NamesOf<TextColumn>().Select(name => (name, "varchar")),
        .. NamesOf<WordColumn>().Select((name, column) => (name, WordsOf(column))),
        .. NamesOf<ListColumn>().Select(name => (name, "varchar[]")),
        .. NamesOf<NumberColumn>().Select(name => (name, "integer")),
        .. NamesOf<FlagColumn>().Select(name => (name, "boolean")),
    ];

    /// <summary>What <c>events</c> shows. What follows from another column is not stored; EventRow says the same in C#, and a test holds the two together.</summary>
    public static readonly (string Name, string Sql)[] Shown =
    [
        ("event_id", "replace(cast(event_id as varchar), '-', '')"),   // 16 bytes stored, 32 hex digits shown
        ("audit_id", "coalesce(audit_id, cast(audit_uuid as varchar))"),
        .. Stored.Select(column => column.Name).Where(name => name is not ("event_id" or "audit_uuid" or "audit_id")).Select(name => (name, $"\"{name}\"")),
        ("effective_user", EffectiveUser),
        ("sa_namespace", Part(EffectiveUser, "(?s)^system:serviceaccount:([^:]*):.*$")),
        ("sa_name", Part(EffectiveUser, "(?s)^system:serviceaccount:[^:]*:(.*)$")),
        ("ua_product", $"case when {Agent} <> '' then split_part({Agent}, '/', 1) end"),
        ("ua_version", $"nullif(regexp_replace(regexp_extract({Agent}, '(?s)^[^/]*/(.*)$', 1), '^v([0-9])', '\\1'), '')"),
        ("api_path", "split_part(request_uri, '?', 1)"),
    ];

    public static string? VersionOf(DuckDBConnection connection)
    {
        if (Scalar(connection, "select count(*) from duckdb_tables() where table_name = 'meta'") is 0L) return null;
        return (string?)Scalar(connection, "select value from meta where key = 'schema'");
    }

    public static void Create(DuckDBConnection connection)
    {
        var columns = string.Join(", ", Stored.Select(column => $"\"{column.Name}\" {column.Type}"));
        var shown = string.Join(", ", Shown.Select(column => $"{column.Sql} as \"{column.Name}\""));
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

    /// <summary>Ends a transaction that failed; a commit that failed has ended it already.</summary>
    public static void TryRollback(DuckDBConnection connection)
    {
        try { Run(connection, "rollback"); }
        catch (DuckDBException) { }
    }

    public static object? Scalar(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    static IEnumerable<string> NamesOf<TColumn>() where TColumn : struct, Enum =>
        Enum.GetNames<TColumn>().Where(name => name != "Count").Select(System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName);

    static string WordsOf(int column) => $"enum({string.Join(", ", EventWords.Of[column].Select(word => $"'{word}'"))})";

    static string Part(string of, string pattern) => $"case when regexp_matches({of}, '{pattern}') then regexp_extract({of}, '{pattern}', 1) end";
}
