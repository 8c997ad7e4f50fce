using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace AuditWatch.Server.Access;

/// <summary>One line of the access log: who, from where, what, and what came of it.</summary>
/// <param name="Act">read, change (about to be made), changed (what came of it) or denied.</param>
sealed record AccessNote(string Act, string Name, string Via, string? TokenId, string Address, string Method, string Route, string Path, string Query, string Clusters)
{
    const int LongestText = 2048;
    static readonly string[] Secrets = ["token", "secret", "password", "authorization", "api_key", "apikey"];

    /// <summary>Pairs <c>change</c> with <c>changed</c>.</summary>
    public string? Request { get; init; }

    /// <summary>The body of a change, or the statement of a question.</summary>
    public string? Body { get; init; }

    public int? Status { get; init; }

    public long? Rows { get; init; }

    public string? Why { get; init; }

    /// <summary>Refusals since the record of one before, that have no record of their own.</summary>
    public long More { get; init; }

    public static AccessNote Of(HttpContext context, string act, string route, Caller? caller, string clusters) => new(
        act, caller?.Name ?? "", caller?.Via ?? "", caller?.TokenId, context.Connection.RemoteIpAddress?.ToString() ?? "", context.Request.Method, route, context.Request.Path.Value ?? "",
        string.Join('&', context.Request.Query.Select(q => $"{q.Key}={(Secrets.Any(s => q.Key.Contains(s, StringComparison.OrdinalIgnoreCase)) ? "[removed]" : q.Value.ToString())}")), clusters);

    /// <summary>As JSON: whatever a text holds, it stays one string of one line.</summary>
    public byte[] Write(DateTimeOffset now)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("time", now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("act", Act);
            json.WriteString("by", Bounded(Name));
            json.WriteString("via", Via);
            if (TokenId is not null) json.WriteString("token_id", TokenId);
            json.WriteString("address", Address);
            json.WriteString("method", Bounded(Method));
            json.WriteString("route", Route);
            json.WriteString("path", Bounded(Path));
            if (Query.Length > 0) json.WriteString("query", Bounded(Query));
            if (Body is { Length: > 0 }) json.WriteString("body", Bounded(Body));
            json.WriteString("clusters", Bounded(Clusters));
            if (Request is not null) json.WriteString("request", Request);
            if (Status is { } status) json.WriteNumber("status", status);
            if (Rows is { } rows) json.WriteNumber("rows", rows);
            if (Why is not null) json.WriteString("why", Bounded(Why));
            if (More > 0) json.WriteNumber("more", More);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    static string Bounded(string text) => text.Length <= LongestText ? text : $"{text.AsSpan(0, char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText)}… ({text.Length} characters)";
}
