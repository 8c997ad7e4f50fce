using System.Buffers;
using System.Text;
using AuditWatch.Detection.Alerts;

namespace AuditWatch.Storage.Elasticsearch;

/// <summary>The data stream of alerts.</summary>
public sealed class AlertStream(ElasticsearchConnection connection)
{
    /// <summary>Creates the alerts' documents. Says which of them are there now (taken, or there before), and of the others why not.</summary>
    public async Task<(IReadOnlyList<string> There, string? Trouble)> CreateAsync(IReadOnlyList<Alert> alerts, TimeProvider clock, CancellationToken stop)
    {
        if (alerts.Count == 0) return ([], null);
        var body = new ArrayBufferWriter<byte>();
        foreach (var alert in alerts)
        {
            body.Write(Encoding.UTF8.GetBytes($$$"""{"create":{"_index":"{{{connection.Place.AlertStream}}}","_id":"{{{alert.AlertId}}}"}}{{{"\n"}}}"""));
            AlertDocument.Write(alert, connection.Place, UnixMicros.Of(clock), body);
            body.Write("\n"u8);
        }
        var answer = await connection.BulkAsync("/_bulk?require_data_stream=true", body.WrittenMemory, isGzip: false, stop).ConfigureAwait(false);
        if (answer.Status != 200 || BulkItem.Read(answer.Body.Span, alerts.Count) is not { } items) return ([], answer.Status == 200 ? "the answer was not whole" : $"{answer.Status} {answer.Error.Reason}");
        var there = new List<string>();
        string? trouble = null;
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i].IsIndexed || items[i].IsDuplicate) there.Add(alerts[i].AlertId);
            else trouble ??= $"{items[i].Status} {items[i].ErrorType}: {items[i].Reason}";
        }
        return (there, trouble);
    }
}
