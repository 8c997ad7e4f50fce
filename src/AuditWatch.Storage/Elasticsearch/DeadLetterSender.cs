using AuditWatch.Storage.State;

namespace AuditWatch.Storage.Elasticsearch;

/// <summary>Sends documents that were refused once more, once: what is taken is forgotten, what is refused again counts one attempt more.</summary>
public static class DeadLetterSender
{
    /// <summary>How many were taken; null when Elasticsearch gave no whole answer, and nothing was changed.</summary>
    public static async Task<int?> TryAsync(ElasticsearchConnection connection, StateStore state, BulkBody body, CancellationToken stop)
    {
        if (body.Count == 0) return 0;
        var answer = await connection.BulkAsync("/_bulk?require_data_stream=true", body.Utf8, isGzip: false, stop).ConfigureAwait(false);
        if (answer.Status != 200 || BulkItem.Read(answer.Body.Span, body.Count) is not { } items) return null;
        var taken = new List<Events.EventId>();
        var refused = new List<DeadLetter>();
        for (var i = 0; i < items.Count; i++)
        {
            var (item, document) = (items[i], body.Documents[i]);
            if (item.IsIndexed || item.IsDuplicate) taken.Add(document.Id);
            else refused.Add(new DeadLetter(document.Id, document.Position, document.Cluster, item.ErrorType ?? "unknown", item.Reason ?? ""));
        }
        await state.RemoveDeadLettersAsync(taken, stop).ConfigureAwait(false);
        await state.AddDeadLettersAsync(refused, stop).ConfigureAwait(false);
        return taken.Count;
    }
}
