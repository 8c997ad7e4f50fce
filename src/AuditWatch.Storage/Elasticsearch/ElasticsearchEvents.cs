using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using AuditWatch.Storage.Index;

namespace AuditWatch.Storage.Elasticsearch;

/// <summary>
/// Searches the events of the audit stream, as the embedded index does its own. A page goes on after the sort values of the last; all events are read over a point in
/// time, so that what is written meanwhile neither repeats nor hides one.
/// </summary>
public sealed class ElasticsearchEvents(ElasticsearchConnection connection) : IEventSearch
{
    // Well below index.max_result_window, and a few MB an answer.
    const int MostPerRequest = 2_000;

    /// <inheritdoc/>
    /// <exception cref="ElasticsearchFault">Elasticsearch is out of reach or will not answer.</exception>
    public async Task<EventPage> SearchAsync(EventQuery query, CancellationToken stop)
    {
        var question = new EventQuestion(query);
        var wanted = query.Limit > 0 ? query.Limit : int.MaxValue;
        var rows = new List<EventRow>();
        // One event more than asked for says whether there is a next page.
        var isOnePage = wanted < MostPerRequest;
        var pit = isOnePage ? null : await OpenAsync(stop).ConfigureAwait(false);
        if (!isOnePage && pit is null) return new EventPage([], null);
        try
        {
            while (true)
            {
                var size = (int)Math.Min(MostPerRequest, (long)wanted + 1 - rows.Count);
                var (found, next) = await PageAsync(question, size, pit, stop).ConfigureAwait(false);
                pit = next ?? pit;
                rows.AddRange(found);
                if (found.Count < size || rows.Count > wanted) break;
                question.After(found[^1]);
            }
        }
        finally
        {
            if (pit is not null) await connection.DeleteAsync("/_pit", JsonSerializer.SerializeToUtf8Bytes(new { id = pit }), CancellationToken.None).ConfigureAwait(false);
        }
        if (rows.Count <= wanted) return new EventPage(rows, null);
        rows.RemoveRange(wanted, rows.Count - wanted);
        return new EventPage(rows, EventQuestion.CursorOf(rows[^1]));
    }

    async Task<string?> OpenAsync(CancellationToken stop)
    {
        var answer = await connection.PostAsync($"/{connection.Place.AuditStream}/_pit?keep_alive=1m", null, stop).ConfigureAwait(false);
        if (answer.Status == 404) return null;   // no event was ever sent
        Check(answer);
        return answer.Json.GetProperty("id").GetString();
    }

    async Task<(List<EventRow> Rows, string? Pit)> PageAsync(EventQuestion question, int size, string? pit, CancellationToken stop)
    {
        var body = question.Write(size);
        if (pit is not null) body["pit"] = new JsonObject { ["id"] = pit, ["keep_alive"] = "1m" };
        var path = pit is null ? $"/{connection.Place.AuditStream}/_search" : "/_search";
        var answer = await connection.PostAsync(path + "?filter_path=pit_id,timed_out,_shards.failed,hits.hits._source,hits.hits._id", JsonSerializer.SerializeToUtf8Bytes(body), stop).ConfigureAwait(false);
        if (answer.Status == 404 && pit is null) return ([], null);
        Check(answer);
        using var json = JsonDocument.Parse(answer.Body);
        var root = json.RootElement;
        // A part of the shards is a part of the truth.
        if (root.GetProperty("timed_out").GetBoolean() || root.GetProperty("_shards").GetProperty("failed").GetInt32() > 0)
            throw new ElasticsearchFault(ElasticsearchFaultKind.OutOfReach, $"Elasticsearch at {connection.Place.Url} could not search all of {connection.Place.AuditStream}. Try again.");
        var rows = root.TryGetProperty("hits", out var hits) && hits.TryGetProperty("hits", out var found) ? found.EnumerateArray().Select(h => EventDocument.Read(h.GetProperty("_source"))).ToList() : [];
        return (rows, root.TryGetProperty("pit_id", out var next) ? next.GetString() : null);
    }

    void Check(ElasticsearchAnswer answer)
    {
        if (answer.IsSuccess) return;
        var kind = answer.Status switch { 0 or 429 or >= 500 => ElasticsearchFaultKind.OutOfReach, 401 or 403 => ElasticsearchFaultKind.Refused, _ => ElasticsearchFaultKind.Unusable };
        throw new ElasticsearchFault(kind, string.Create(CultureInfo.InvariantCulture, $"Elasticsearch at {connection.Place.Url} did not answer the search ({answer.Status}): {answer.Error.Reason}"));
    }
}
