using System.IO.Compression;
using System.Text.Json;
using AuditWatch.Storage.State;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Storage.Elasticsearch;

/// <summary>
/// Sends bodies until every document is settled: taken, already there, or refused for what it is and noted as a dead letter. Everything else (no answer, 429, 5xx,
/// a blocked or missing index, a missing right) can be put right, and is tried again for ever.
/// </summary>
internal sealed partial class BulkSender(ElasticsearchConnection connection, StateStore state, IndexerOptions options, TimeProvider clock, ILogger log)
{
    const string Filter = "require_data_stream=true&filter_path=took,errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by.reason,items.*.failure_store";
    readonly bool _compress = options.Compress ?? !connection.IsLocal;
    readonly Random _jitter = new(Environment.ProcessId);
    readonly Lock _gate = new();
    string _path = "/_bulk?" + Filter;
    string _lastTrouble = "";

    public IndexerCounters Counters { get; } = new();

    /// <summary>Told when a request was turned away, and when one went well.</summary>
    public Action<bool> OnAnswer { get; set; } = _ => { };

    /// <summary>Elastic's own integration owns the stream: its pipeline is for raw lines, not for our documents.</summary>
    public void SkipPipeline() => _path = "/_bulk?pipeline=_none&" + Filter;

    /// <summary>Returns when every document is settled. <paramref name="isUnknown"/>: they may have been sent before, and what became of that is not known.</summary>
    public async Task SettleAsync(BulkBody body, bool isUnknown, CancellationToken stop)
    {
        var pending = Enumerable.Range(0, body.Count).ToList();
        var take = pending.Count;
        for (var failures = 0; pending.Count > 0;)
        {
            if (isUnknown && !await ForgetWhatIsThereAsync(body, pending, stop).ConfigureAwait(false))
            {
                await PauseAsync(failures++, stop).ConfigureAwait(false);
                continue;
            }
            if (pending.Count == 0) break;
            take = Math.Min(take, pending.Count);
            var answer = await SendAsync(body, pending, take, stop).ConfigureAwait(false);
            var items = answer.Status == 200 ? BulkItem.Read(answer.Body.Span, take) : null;
            isUnknown = items is null && answer.Status is 0 or 200 or >= 500;
            if (items is null && answer.Status == 413)
            {
                if (take > 1) take = (take + 1) / 2;
                else await SettleItemsAsync(body, pending, [new BulkItem(413, "request_entity_too_large", "The document is larger than Elasticsearch takes in one request.", false)], stop).ConfigureAwait(false);
                continue;
            }
            var again = items is null || await SettleItemsAsync(body, pending, items, stop).ConfigureAwait(false);
            OnAnswer(!again);
            if (!again)
            {
                failures = 0;
                continue;
            }
            Counters.OnRetry();
            Trouble(answer, items);
            await PauseAsync(failures++, stop).ConfigureAwait(false);
        }
    }

    Task<ElasticsearchAnswer> SendAsync(BulkBody body, List<int> pending, int take, CancellationToken stop)
    {
        var bytes = body.Utf8;
        if (take < body.Count)
        {
            var part = new byte[pending.Take(take).Sum(i => body.Documents[i].Length)];
            var at = 0;
            foreach (var i in pending.Take(take))
            {
                var document = body.Documents[i];
                body.Utf8.Span.Slice(document.Start, document.Length).CopyTo(part.AsSpan(at));
                at += document.Length;
            }
            bytes = part;
        }
        if (!_compress) return connection.BulkAsync(_path, bytes, isGzip: false, stop);
        using var packed = new MemoryStream(bytes.Length / 4);
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(bytes.Span);
        return connection.BulkAsync(_path, packed.GetBuffer().AsMemory(0, (int)packed.Length), isGzip: true, stop);
    }

    // Takes what is settled off the front of what is pending. True when some must be sent again.
    async Task<bool> SettleItemsAsync(BulkBody body, List<int> pending, List<BulkItem> items, CancellationToken stop)
    {
        var (indexed, duplicate) = (0, 0);
        var again = new List<int>();
        var dead = new List<DeadLetter>();
        for (var i = 0; i < items.Count; i++)
        {
            var (item, document) = (items[i], body.Documents[pending[i]]);
            if (item.IsIndexed) indexed++;
            else if (item.IsDuplicate) duplicate++;
            else if (item.IsRefused) dead.Add(new DeadLetter(document.Id, document.Position, document.Cluster, item.ErrorType ?? "unknown", item.Reason ?? ""));
            else again.Add(pending[i]);
        }
        if (dead.Count > 0)
        {
            await state.AddDeadLettersAsync(dead, stop).ConfigureAwait(false);
            Refused(log, dead.Count, dead[0].EventId.ToString(), dead[0].ErrorType, dead[0].Reason);
        }
        pending.RemoveRange(0, items.Count);
        pending.InsertRange(0, again);
        Counters.OnSettled(indexed, duplicate, dead.Count);
        return again.Count > 0;
    }

    // A create is refused twice within one backing index only: after a rollover the stream would take the document again. So it is looked up over all of them.
    async Task<bool> ForgetWhatIsThereAsync(BulkBody body, List<int> pending, CancellationToken stop)
    {
        var stream = connection.Place.AuditStream;
        await connection.PostAsync($"/{stream}/_refresh", null, stop).ConfigureAwait(false);
        var ids = pending.ConvertAll(i => body.Documents[i].Id.ToString());
        var question = JsonSerializer.SerializeToUtf8Bytes(new { size = Math.Min(10_000, ids.Count * 2), _source = false, query = new { ids = new { values = ids } } });
        var answer = await connection.PostAsync($"/{stream}/_search?filter_path=hits.hits._id,timed_out,_shards.failed", question, stop).ConfigureAwait(false);
        if (answer.Status == 404) return true;
        if (!answer.IsSuccess || answer.Json is not { ValueKind: JsonValueKind.Object } json || json.GetProperty("timed_out").GetBoolean() || json.GetProperty("_shards").GetProperty("failed").GetInt32() > 0)
        {
            Trouble(answer, null);
            return false;
        }
        if (!json.TryGetProperty("hits", out var hits) || !hits.TryGetProperty("hits", out var found)) return true;
        var there = found.EnumerateArray().Select(h => h.GetProperty("_id").GetString()!).ToHashSet(StringComparer.Ordinal);
        var before = pending.Count;
        pending.RemoveAll(i => there.Contains(body.Documents[i].Id.ToString()));
        Counters.OnSettled(0, before - pending.Count, 0);
        return true;
    }

    async Task PauseAsync(int failures, CancellationToken stop)
    {
        double part;
        lock (_gate) part = _jitter.NextDouble();
        var longest = failures >= 20 ? options.LongestRetry.Ticks : Math.Min(options.LongestRetry.Ticks, options.FirstRetry.Ticks << failures);
        await Task.Delay(TimeSpan.FromTicks((long)(longest * part)), clock, stop).ConfigureAwait(false);
    }

    // Said once per kind of trouble, not once per attempt.
    void Trouble(ElasticsearchAnswer answer, List<BulkItem>? items)
    {
        var trouble = items?.FirstOrDefault(i => !i.IsIndexed && !i.IsDuplicate && !i.IsRefused) is { } item ? $"{item.Status} {item.ErrorType}: {item.Reason}"
            : answer.Status == 200 ? "the answer was not whole" : $"{answer.Status} {answer.Error.Type}: {answer.Error.Reason}";
        lock (_gate)
        {
            if (trouble == _lastTrouble) return;
            _lastTrouble = trouble;
        }
        WillTryAgain(log, connection.Place.Url, trouble);
    }

    [LoggerMessage(3401, LogLevel.Warning, "Elasticsearch at {Url} did not take documents ({Trouble}); they are kept and sent again until it does.")]
    static partial void WillTryAgain(ILogger log, string url, string trouble);

    [LoggerMessage(3402, LogLevel.Warning, "Elasticsearch refused {Count} documents, the first of event {EventId} ({ErrorType}: {Reason}). See 'auditwatch deadletters list'.")]
    static partial void Refused(ILogger log, int count, string eventId, string errorType, string reason);
}
