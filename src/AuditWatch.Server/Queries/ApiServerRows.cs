using System.Text.Json;
using AuditWatch.Ingest.Completeness;

namespace AuditWatch.Server.Queries;

/// <summary>Rows of <c>sources api-servers</c>, and what <c>sources status</c> says of a source's API servers.</summary>
static class ApiServerRows
{
    public static ReadOnlyMemory<byte> Write(ApiServerView view) => Rows.Write(json =>
    {
        json.WriteString("cluster", view.Key.Cluster);
        json.WriteString("source", view.Key.Source);
        Members(json, view);
    });

    public static void Members(Utf8JsonWriter json, ApiServerView view)
    {
        json.WriteString("api_server", view.Key.Name.Length == 0 ? null : view.Key.Name);
        json.WriteString("state", view.State);
        json.WriteNumber("events", view.Events);
        json.WriteNumber("rate", Math.Round(view.Rate, 2));
        Time(json, "first_event", view.FirstEvent);
        Time(json, "last_event", view.LastEvent);
        Time(json, "first_received", view.FirstReceived);
        Time(json, "last_received", view.LastReceived);
        if (view.SilentSince != 0) Time(json, "silent_since", view.SilentSince);
        json.WriteNumber("usual_pause_seconds", Math.Round(view.UsualPause / 1e6, 1));
        if (view.Patience is { } patience) json.WriteNumber("silence_told_after_seconds", patience / 1_000_000);
        else json.WriteNull("silence_told_after_seconds");
        json.WriteNumber("silences", view.Silences);
        json.WriteNumber("longest_silence_seconds", view.LongestSilence / 1_000_000);
        json.WriteNumber("clock_ahead_seconds", Math.Round(view.Ahead / 1e6, 1));
        json.WriteNumber("policy_changes", view.PolicyChanges);
        json.WriteNumber("repeats", view.Repeats);
        json.WriteNumber("quarantined", view.Quarantined);
        json.WriteNumber("truncated", view.Truncated);
        json.WriteNumber("cut", view.Cut);
        Counts(json, "stages", view.Stages);
        Counts(json, "levels", view.Levels);
    }

    /// <summary>What the API servers count, beside what we have.</summary>
    public static void Members(Utf8JsonWriter json, ComparisonView counted)
    {
        json.WriteStartObject("comparison");
        json.WriteString("state", counted.State);
        json.WriteNumber("api_server_says", counted.Says);
        json.WriteNumber("we_have", counted.Have);
        json.WriteNumber("edge", counted.Edge);
        json.WriteNumber("lost_by_api_server", counted.LostThere);
        json.WriteNumber("missing", counted.Missing);
        Time(json, "since", counted.SinceMicros);
        Time(json, "as_of", counted.AsOfMicros);
        json.WriteString("error", counted.Error);
        json.WriteEndObject();
    }

    static void Time(Utf8JsonWriter json, string name, long micros) => json.WriteString(name, micros == 0 ? null : Rfc3339.Of(micros));

    static void Counts(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, long> counts)
    {
        json.WriteStartObject(name);
        foreach (var (word, count) in counts) json.WriteNumber(word, count);
        json.WriteEndObject();
    }
}
