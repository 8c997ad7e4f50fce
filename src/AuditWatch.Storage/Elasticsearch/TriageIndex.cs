using System.Buffers;
using System.Text;
using System.Text.Json;
using AuditWatch.Storage.State;

namespace AuditWatch.Storage.Elasticsearch;

/// <summary>
/// The index of where alerts stand: one whole row for each, copied from the state, which is the truth. Its version is the alert's revision, so an older copy that
/// comes late never replaces a newer one.
/// </summary>
public sealed class TriageIndex(ElasticsearchConnection connection)
{
    bool _isThere;

    /// <summary>Writes rows. Says which alerts are there now as given or newer, and of the others why not.</summary>
    public async Task<(IReadOnlyList<string> There, string? Trouble)> PutAsync(IReadOnlyList<StoredAlert> alerts, CancellationToken stop)
    {
        if (alerts.Count == 0) return ([], null);
        var name = connection.Place.TriageIndex;
        // Written to without its mapping, Elasticsearch would make one up that no dashboard can use.
        if (!_isThere && await CountAsync(stop).ConfigureAwait(false) is null)
            return ([], $"there is no index {name}, or it cannot be read: run 'auditwatch setup elasticsearch' again");
        _isThere = true;
        var body = new ArrayBufferWriter<byte>();
        foreach (var alert in alerts)
        {
            body.Write(Encoding.UTF8.GetBytes($$$"""{"index":{"_index":"{{{name}}}","_id":"{{{alert.Alert.AlertId}}}","version":{{{alert.Version}}},"version_type":"external_gte"}}{{{"\n"}}}"""));
            TriageDocument.Write(alert, connection.Place, body);
            body.Write("\n"u8);
        }
        var answer = await connection.BulkAsync("/_bulk", body.WrittenMemory, isGzip: false, stop).ConfigureAwait(false);
        if (answer.Status != 200 || BulkItem.Read(answer.Body.Span, alerts.Count) is not { } items) return ([], answer.Status == 200 ? "the answer was not whole" : $"{answer.Status} {answer.Error.Reason}");
        var there = new List<string>();
        string? trouble = null;
        for (var i = 0; i < items.Count; i++)
        {
            // 409: a newer revision is there already.
            if (items[i].IsIndexed || items[i].Status == 409) there.Add(alerts[i].Alert.AlertId);
            else trouble ??= $"{items[i].Status} {items[i].ErrorType}: {items[i].Reason}";
        }
        if (trouble is not null) _isThere = false;
        return (there, trouble);
    }

    /// <summary>How many rows there are; null when that cannot be said.</summary>
    public async Task<long?> CountAsync(CancellationToken stop)
    {
        var answer = await connection.GetAsync($"/{connection.Place.TriageIndex}/_count", stop).ConfigureAwait(false);
        return answer.IsSuccess && answer.Json is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty("count", out var count) ? count.GetInt64() : null;
    }
}
