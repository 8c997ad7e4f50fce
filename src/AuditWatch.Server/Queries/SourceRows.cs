using AuditWatch.Ingest.Completeness;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Sources;
using AuditWatch.Server.Sources;

namespace AuditWatch.Server.Queries;

/// <summary>Rows of <c>sources status</c>: what the journal has of a source, and how it stands now if it runs here.</summary>
static class SourceRows
{
    public static ReadOnlyMemory<byte> Write(JournalStatsGroup? journaled, SourceReport? live, IReadOnlyList<ApiServerView> servers, ComparisonView? counted) => Rows.Write(json =>
    {
        var source = live?.Name ?? journaled!.Source;
        json.WriteString("source", source);
        json.WriteString("type", live?.Type ?? (source == "webhook" ? source : null));
        json.WriteString("cluster", live?.Cluster ?? journaled!.Cluster);
        json.WriteString("state", live is null ? null : StateOf(live.State));
        json.WriteNumber("events", journaled?.Records ?? 0);
        if (journaled is null || journaled.RawBytes > 0) json.WriteNumber("bytes", journaled?.RawBytes ?? 0);
        else json.WriteNull("bytes");
        json.WriteString("last_received", journaled is not null ? Rfc3339.Of(journaled.LastReceivedMicros) : null);
        json.WriteString("first_received", journaled is not null ? Rfc3339.Of(journaled.FirstReceivedMicros) : null);
        json.WriteString("first_event", journaled is { MinEventMicros: > 0 } ? Rfc3339.Of(journaled.MinEventMicros) : null);
        json.WriteString("last_event", journaled is { MaxEventMicros: > 0 } ? Rfc3339.Of(journaled.MaxEventMicros) : null);
        json.WriteString("last_position", live?.LastPosition);
        if (live?.Lag is { } lag) json.WriteNumber("lag", lag);
        else json.WriteNull("lag");
        json.WriteString("last_error", live?.LastError);
        json.WriteNumber("rate", Math.Round(servers.Sum(v => v.Rate), 2));
        json.WriteNumber("silent", servers.Count(v => v.SilentSince != 0));
        json.WriteStartArray("api_servers");
        foreach (var server in servers)
        {
            json.WriteStartObject();
            ApiServerRows.Members(json, server);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("counted", counted is null ? null : InWords(counted));
        if (counted is not null) ApiServerRows.Members(json, counted);
        if (live is null) return;
        if (live.LastErrorAt is { } at) json.WriteString("last_error_at", at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture));
        json.WriteNumber("errors", live.Errors);
        json.WriteNumber("lost", live.Lost);
        json.WriteNumber("quarantined", live.Quarantined);
        if (live.LagBytes is { } bytes) json.WriteNumber("lag_bytes", bytes);
        json.WriteNumber("gaps", live.Gaps);
        json.WriteStartArray("partitions");
        foreach (var partition in live.Partitions)
        {
            json.WriteStartObject();
            json.WriteString("partition", partition.Name);
            json.WriteNumber("position", partition.Position);
            if (partition.Lag is { } behind) json.WriteNumber("lag", behind);
            else json.WriteNull("lag");
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    static string InWords(ComparisonView c) => c.State switch
    {
        "waiting" => "waiting for a second reading",
        "no-answer" => "no answer: " + c.Error,
        _ => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{c.State}: API server says {c.Says:N0}, we have {c.Have:N0}{(c.Edge > 0 ? $" (± {c.Edge:N0})" : "")}{(c.LostThere > 0 ? $", it lost {c.LostThere:N0}" : "")}{(c.Missing > 0 ? $", missing {c.Missing:N0}" : "")}"),
    };

    static string StateOf(SourceState state) => state == SourceState.CheckpointAhead ? "checkpoint-ahead" : state.ToString().ToLowerInvariant();
}
