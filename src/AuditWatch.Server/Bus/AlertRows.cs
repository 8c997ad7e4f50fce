using System.Text.Json;
using System.Text.Json.Nodes;
using AuditWatch.Detection.Alerts;
using AuditWatch.Server.Queries;
using AuditWatch.Storage.State;

namespace AuditWatch.Server.Bus;

/// <summary>An alert as the API and the command line show it: contracts §2 plus <c>status</c> and <c>triage</c>.</summary>
static class AlertRows
{
    /// <summary>The same for those who are told, with the places of the topic that the journal is (null: segments).</summary>
    public static byte[] Of(StoredAlert alert, string? topic) => topic is null ? Of(alert) : TopicPlaces.Name(Of(alert), topic).ToArray();

    public static byte[] Of(StoredAlert alert)
    {
        var row = JsonNode.Parse(AlertJson.ToUtf8(alert.Alert))!.AsObject();
        row["status"] = StatusOf(alert);
        var triage = alert.Triage;
        row["triage"] = new JsonObject
        {
            ["version"] = alert.Version,
            ["revision"] = triage.Revision,
            ["resolution"] = triage.Resolution is { } resolution ? TriageWords.Of(resolution) : null,
            ["assignee"] = triage.Assignee,
            ["tags"] = new JsonArray([.. triage.Tags.Select(tag => (JsonNode)tag)]),
            ["notes"] = triage.Notes,
            ["changed"] = triage.ChangedMicros is { } changed ? Rfc3339.Of(changed) : null,
        };
        return JsonSerializer.SerializeToUtf8Bytes(row);
    }

    public static string StatusOf(StoredAlert alert) => TriageWords.Of(alert.Status);
}
