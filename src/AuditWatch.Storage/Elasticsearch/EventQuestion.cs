using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using AuditWatch.Storage.Index;

namespace AuditWatch.Storage.Elasticsearch;

/// <summary>An <see cref="EventQuery"/> in Elasticsearch's words.</summary>
internal sealed class EventQuestion
{
    const int LongestRegex = 1000;   // index.max_regex_length
    static readonly string[] Order = ["auditwatch.time_us", "auditwatch.journal.segment", "auditwatch.journal.frame", "auditwatch.journal.index"];
    static readonly string[] Unread = ["kubernetes.audit.requestObject", "kubernetes.audit.responseObject"];

    readonly EventQuery _query;
    readonly JsonArray _filters = [];
    long[]? _after;

    public EventQuestion(EventQuery query)
    {
        _query = query;
        _filters.Add(Exists("auditwatch.journal.segment"));   // what other agents write into the stream has no place in our journal
        Term("orchestrator.cluster.name", query.Cluster);
        Terms("orchestrator.cluster.name", query.Clusters);
        if (query.User is { } user) Any(Is("user.name", user), Is("user.effective.name", user));
        Term("kubernetes.audit.verb", query.Verb);
        Term("orchestrator.namespace", query.Namespace);
        Term("orchestrator.resource.name", query.Name);
        if (query.Ip is { } ip) Any([Is("kubernetes.audit.sourceIPs", ip), .. IPAddress.TryParse(ip, out _) ? (JsonNode[])[Is("auditwatch.client_ip", ip)] : []]);
        if (query.Credential is { } credential) Any(Is("auditwatch.credential_id", credential), Is("auditwatch.issued_credential_id", credential));
        Terms("auditwatch.credential_id", query.UsedCredentials);
        Terms("auditwatch.issued_credential_id", query.IssuedCredentials);
        Term("kubernetes.audit.auditID", query.AuditId);
        Term("event.id", query.EventId?.ToString());
        Term("kubernetes.audit.stage", query.Stage);
        Term("auditwatch.outcome", query.Outcome);
        if (query.Code is { } code) _filters.Add(Is("http.response.status_code", code));
        if (query.SinceMicros is { } since) _filters.Add(Range("gte", since));
        if (query.UntilMicros is { } until) _filters.Add(Range("lt", until));
        if (query.Text is { } text) Any(Contains("kubernetes.audit.requestURI", text), Contains("user_agent.original", text));
        if (query.Resource is { } resource)
        {
            var slash = resource.IndexOf('/', StringComparison.Ordinal);
            Term("kubernetes.audit.objectRef.resource", slash < 0 ? resource : resource[..slash]);
            if (slash >= 0) Term("kubernetes.audit.objectRef.subresource", resource[(slash + 1)..]);
        }
        if (query.Pod is { } pod) Pod(pod);
        if (query.Cursor is { } cursor) _after = Parse(cursor);
    }

    /// <summary>The cursor of the page after this row.</summary>
    public static string CursorOf(EventRow last) =>
        string.Create(CultureInfo.InvariantCulture, $"{last.TimeMicros}.{last.Position.Segment}.{last.Position.Frame}.{last.Position.Index}");

    /// <summary>Goes on after this row.</summary>
    public void After(EventRow last) => _after = [last.TimeMicros, last.Position.Segment, last.Position.Frame, last.Position.Index];

    public JsonObject Write(int size)
    {
        var direction = _query.OldestFirst ? "asc" : "desc";
        var body = new JsonObject
        {
            ["size"] = size, ["track_total_hits"] = false,
            ["_source"] = new JsonObject { ["excludes"] = new JsonArray([.. Unread.Select(u => JsonValue.Create(u))]) },
            ["query"] = new JsonObject { ["bool"] = new JsonObject { ["filter"] = _filters.DeepClone() } },
            ["sort"] = new JsonArray([.. Order.Select(field => new JsonObject { [field] = direction })]),
        };
        if (_after is { } after) body["search_after"] = new JsonArray([.. after.Select(n => JsonValue.Create(n))]);
        return body;
    }

    static long[] Parse(string cursor)
    {
        var parts = cursor.Split('.');
        var numbers = new long[4];
        for (var at = 0; at < 4; at++)
            if (parts.Length != 4 || !long.TryParse(parts[at], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out numbers[at]))
                throw new FormatException($"'{cursor}' is no cursor of an event list; use the one that the page before gave.");
        return numbers;
    }

    void Pod(string pod)
    {
        var slash = pod.IndexOf('/', StringComparison.Ordinal);
        var (place, name) = slash < 0 ? (null, pod) : (pod[..slash], pod[(slash + 1)..]);
        List<JsonNode> caller = [Is("auditwatch.caller.pod", name)], target = [Is("kubernetes.audit.objectRef.resource", "pods"), Is("orchestrator.resource.name", name)];
        if (place is not null)
        {
            caller.Add(new JsonObject { ["prefix"] = new JsonObject { ["user.name"] = $"system:serviceaccount:{place}:" } });
            target.Add(Is("orchestrator.namespace", place));
        }
        Any(All(caller), All(target));
    }

    void Term(string field, string? value)
    {
        if (value is not null) _filters.Add(Is(field, value));
    }

    void Terms(string field, IReadOnlyList<string>? values)
    {
        if (values is not null) _filters.Add(new JsonObject { ["terms"] = new JsonObject { [field] = new JsonArray([.. values.Select(v => JsonValue.Create(v))]) } });
    }

    void Any(params JsonNode[] either) => _filters.Add(new JsonObject { ["bool"] = new JsonObject { ["should"] = new JsonArray(either), ["minimum_should_match"] = 1 } });

    static JsonObject All(List<JsonNode> all) => new() { ["bool"] = new JsonObject { ["filter"] = new JsonArray([.. all]) } };

    static JsonObject Is(string field, JsonNode value) => new() { ["term"] = new JsonObject { [field] = value } };

    static JsonObject Exists(string field) => new() { ["exists"] = new JsonObject { ["field"] = field } };

    static JsonObject Range(string bound, long micros) => new() { ["range"] = new JsonObject { ["auditwatch.time_us"] = new JsonObject { [bound] = micros } } };

    // case_insensitive knows ASCII only, so every letter is spelled out in both cases, as long as Elasticsearch takes the expression.
    static JsonObject Contains(string field, string text)
    {
        var regex = new StringBuilder(".*");
        foreach (var c in text)
        {
            var (lower, upper) = (char.ToLowerInvariant(c), char.ToUpperInvariant(c));
            if (lower != upper) regex.Append('[').Append(lower).Append(upper).Append(']');
            else if (char.IsLetterOrDigit(c) || char.IsSurrogate(c) || c > '\u007f') regex.Append(c);
            else regex.Append('\\').Append(c);
        }
        regex.Append(".*");
        if (regex.Length <= LongestRegex) return new JsonObject { ["regexp"] = new JsonObject { [field] = new JsonObject { ["value"] = regex.ToString(), ["flags"] = "NONE" } } };
        var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal).Replace("?", "\\?", StringComparison.Ordinal);
        return new JsonObject { ["wildcard"] = new JsonObject { [field] = new JsonObject { ["value"] = $"*{escaped}*", ["case_insensitive"] = true } } };
    }
}
