using System.Globalization;
using System.Text;
using AuditWatch.Events;
using DuckDB.NET.Data;

namespace AuditWatch.Storage.Index;

/// <summary>An <see cref="EventQuery"/> as SQL, and its rows back as <see cref="EventRow"/>s.</summary>
internal sealed class EventSearch
{
    // The columns that an EventRow is made from; what follows from them, it knows itself.
    static readonly string[] Columns = ["audit_id", .. DuckDbSchema.Stored.Select(column => column.Name).Where(name => name is not ("audit_id" or "audit_uuid"))];
    static readonly string Selected = string.Join(", ", Columns.Select(name => name == "audit_id" ? "coalesce(audit_id, cast(audit_uuid as varchar))" : $"\"{name}\""));
    static readonly Dictionary<string, int> Ordinals = Columns.Select((name, at) => (name, at)).ToDictionary(StringComparer.Ordinal);

    readonly EventQuery _query;
    readonly StringBuilder _where = new(" where true");

    public EventSearch(EventQuery query)
    {
        _query = query;
        And("cluster = {0}", ("cluster", query.Cluster));
        AndAny("cluster", query.Clusters);
        And("(\"user\" = {0} or impersonated_user = {0})", ("user", query.User));
        And("verb = {0}", ("verb", query.Verb));
        And("namespace = {0}", ("namespace", query.Namespace));
        And("name = {0}", ("name", query.Name));
        And("(client_ip = {0} or list_contains(source_ips, {0}))", ("ip", query.Ip));
        And("(credential_id = {0} or issued_credential_id = {0})", ("credential", query.Credential));
        AndAny("credential_id", query.UsedCredentials);
        AndAny("issued_credential_id", query.IssuedCredentials);
        And(query.AuditId is not null && AuditUuid.IsOne(query.AuditId) ? "audit_uuid = cast({0} as uuid)" : "audit_id = {0}", ("audit_id", query.AuditId));
        And("event_id = cast({0} as uuid)", ("event_id", query.EventId?.ToString()));
        And("cast(stage as varchar) = {0}", ("stage", query.Stage));
        And("cast(outcome as varchar) = {0}", ("outcome", query.Outcome));
        And("code = {0}", ("code", query.Code));
        And("time >= make_timestamp({0})", ("since", query.SinceMicros));
        And("time < make_timestamp({0})", ("until", query.UntilMicros));
        And("(contains(lower(request_uri), {0}) or contains(lower(user_agent), {0}))", ("text", query.Text?.ToLowerInvariant()));
        if (query.Resource is { } resource)
        {
            var slash = resource.IndexOf('/', StringComparison.Ordinal);
            And("resource = {0}", ("resource", slash < 0 ? resource : resource[..slash]));
            if (slash >= 0) And("subresource = {0}", ("subresource", resource[(slash + 1)..]));
        }

        if (query.Pod is { } pod)
        {
            var slash = pod.IndexOf('/', StringComparison.Ordinal);
            if (slash < 0) And("(caller_pod = {0} or resource = 'pods' and name = {0})", ("pod", pod));
            else
                And("(caller_pod = {0} and starts_with(\"user\", {2}) or resource = 'pods' and name = {0} and namespace = {1})",
                    ("pod", pod[(slash + 1)..]), ("pod_namespace", pod[..slash]), ("pod_account", $"system:serviceaccount:{pod[..slash]}:"));
        }

        if (query.Cursor is not null) AndAfter(query.Cursor);
        var direction = query.OldestFirst ? "" : " desc";
        Sql = $"select {Selected} from stored_event{_where} order by time{direction}, segment{direction}, frame{direction}, \"index\"{direction}";
        // Beside a limit DuckDB sorts first and reads the other columns of the winners only; for the one row of an id the detour does not pay.
        if (query.Limit > 0 && query.EventId is null) Sql += string.Create(CultureInfo.InvariantCulture, $" limit {(long)query.Limit + 1}");
    }

    public string Sql { get; }

    public List<SqlValue> Values { get; } = [];

    /// <summary>The page that rows are, of which one more than asked for was read, to know whether there is a next.</summary>
    public EventPage PageOf(List<EventRow> rows)
    {
        if (_query.Limit <= 0 || rows.Count <= _query.Limit) return new EventPage(rows, null);
        rows.RemoveRange(_query.Limit, rows.Count - _query.Limit);
        var last = rows[^1];
        return new EventPage(rows, string.Create(CultureInfo.InvariantCulture,
            $"{last.TimeMicros}.{last.Position.Segment}.{last.Position.Frame}.{last.Position.Index}"));
    }

    public static EventRow RowOf(DuckDBDataReader row) => new()
    {
        EventId = new EventId(Number(row.GetGuid(Ordinals["event_id"]))),
        TimeMicros = Micros(row, "time")!.Value,
        RequestReceivedMicros = Micros(row, "request_received"),
        Cluster = Text(row, "cluster") ?? "",
        AuditId = Text(row, "audit_id") ?? "",
        Verb = Text(row, "verb") ?? "",
        User = Text(row, "user"),
        ImpersonatedUser = Text(row, "impersonated_user"),
        ClientIp = Text(row, "client_ip"),
        UserAgent = Text(row, "user_agent"),
        ApiGroup = Text(row, "api_group"),
        ApiVersion = Text(row, "api_version"),
        Resource = Text(row, "resource"),
        Subresource = Text(row, "subresource"),
        Namespace = Text(row, "namespace"),
        Name = Text(row, "name"),
        ObjectUid = Text(row, "object_uid"),
        RequestUri = Text(row, "request_uri"),
        Reason = Text(row, "reason"),
        DecisionReason = Text(row, "decision_reason"),
        CredentialId = Text(row, "credential_id"),
        IssuedCredentialId = Text(row, "issued_credential_id"),
        CallerPod = Text(row, "caller_pod"),
        CallerNode = Text(row, "caller_node"),
        ExecCommand = Text(row, "exec_command"),
        Stage = Text(row, "stage"),
        Level = Text(row, "level"),
        Outcome = Text(row, "outcome") ?? "unknown",
        Decision = Text(row, "decision"),
        ListScope = Text(row, "list_scope"),
        TimeSource = Text(row, "time_source") ?? "stage",
        UserGroups = row.GetFieldValue<List<string>>(Ordinals["user_groups"]),
        SourceIps = row.GetFieldValue<List<string>>(Ordinals["source_ips"]),
        Code = row.IsDBNull(Ordinals["code"]) ? null : row.GetInt32(Ordinals["code"]),
        Bytes = row.GetInt32(Ordinals["bytes"]),
        Position = new EventPosition(row.GetInt32(Ordinals["segment"]), row.GetInt32(Ordinals["frame"]), row.GetInt32(Ordinals["index"])),
        Impersonated = row.GetBoolean(Ordinals["impersonated"]),
        DryRun = row.GetBoolean(Ordinals["dry_run"]),
    };

    void And(string condition, params (string Name, object? Value)[] values)
    {
        if (values[0].Value is null) return;
        var parameters = values.Select(value => new SqlValue(value.Name, value.Value, cut: true)).ToArray();
        _where.Append(" and ").AppendFormat(CultureInfo.InvariantCulture, condition, [.. parameters.Select(parameter => parameter.Expression)]);
        Values.AddRange(parameters);
    }

    void AndAny(string column, IReadOnlyList<string>? values)
    {
        if (values is null) return;
        var parameters = values.Select((value, at) => new SqlValue(string.Create(CultureInfo.InvariantCulture, $"{column}_{at}"), value, cut: true)).ToArray();
        _where.Append(" and ").Append(parameters.Length == 0 ? "false" : $"{column} in ({string.Join(", ", parameters.Select(parameter => parameter.Expression))})");
        Values.AddRange(parameters);
    }

    void AndAfter(string cursor)
    {
        var parts = cursor.Split('.');
        var numbers = new long[4];
        for (var at = 0; at < 4; at++)
            if (parts.Length != 4 || !long.TryParse(parts[at], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out numbers[at]))
                throw new FormatException($"'{cursor}' is no cursor of an event list; use the one that the page before gave.");
        var than = _query.OldestFirst ? ">" : "<";
        And($"(time, segment, frame, \"index\") {than} (make_timestamp({{0}}), {{1}}, {{2}}, {{3}})",
            ("at_time", numbers[0]), ("at_segment", numbers[1]), ("at_frame", numbers[2]), ("at_index", numbers[3]));
    }

    static UInt128 Number(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    static long? Micros(DuckDBDataReader row, string column)
    {
        var at = Ordinals[column];
        return row.IsDBNull(at) ? null : (row.GetDateTime(at).Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
    }

    static string? Text(DuckDBDataReader row, string column)
    {
        var at = Ordinals[column];
        return row.IsDBNull(at) ? null : row.GetFieldValue<string>(at);
    }
}
