using System.Text.Json;
using System.Text.Json.Nodes;
using AuditWatch.Detection.Alerts;
using AuditWatch.Storage.State;

namespace AuditWatch.Server.Bus;

/// <summary>An alert as the API and the command line show it: contracts §2 plus <c>status</c>.</summary>
static class AlertRows
{
    public static byte[] Of(StoredAlert alert)
    {
        var row = JsonNode.Parse(AlertJson.ToUtf8(alert.Alert))!.AsObject();
        row["status"] = StatusOf(alert);
        return JsonSerializer.SerializeToUtf8Bytes(row);
    }

    public static string StatusOf(StoredAlert alert) => alert.Status switch
    {
        AlertStatus.New => "new",
        AlertStatus.Acknowledged => "acknowledged",
        _ => "closed",
    };
}
