using System.Text;
using AuditWatch.Detection.Alerts;

namespace AuditWatch.Storage.State;

/// <summary>An alert as one text column: the JSON that everybody gets, so that the same alert is the same text.</summary>
internal static class AlertText
{
    public static string Write(Alert alert) => Encoding.UTF8.GetString(AlertJson.ToUtf8(alert));

    public static Alert Read(string json) => AlertJson.Parse(Encoding.UTF8.GetBytes(json));
}
