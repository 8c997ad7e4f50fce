using System.Globalization;
using AuditWatch.Events;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Model;
using AuditWatch.Ingest.Journal;
using AuditWatch.Server.Configuration;
using AuditWatch.Server.Queries;
using AuditWatch.Storage.Elasticsearch;
using AuditWatch.Storage.State;
using EventId = AuditWatch.Events.EventId;

namespace AuditWatch.Server.Elasticsearch;

/// <summary>Sends dead letters to Elasticsearch again, made anew from the journal: after a mapping was put right, or an update that writes the document otherwise.</summary>
sealed class DeadLetterReplay(ElasticsearchLink link, StateStore state, SymbolTable symbols, Func<EventPosition, CancellationToken, ValueTask<JournalRecord?>> read, AuditWatchConfig config, TimeProvider clock)
{
    /// <summary>How many were taken, how many were refused again, and how many the journal no longer holds.</summary>
    public async Task<(int Taken, int Refused, int Gone)> RunAsync(string? id, CancellationToken stop)
    {
        var letters = id is null ? await state.ListDeadLettersAsync(null, 0, stop) : [await FindAsync(id, stop)];
        var audited = new AuditEvent(symbols);
        var (taken, gone) = (0, 0);
        var body = new BulkBody(link.Connection.Place);
        foreach (var letter in letters)
        {
            if (await read(letter.Position, stop) is not { } record
                || !audited.TryRead(record.Utf8, new EventOrigin(0, 0, EnvelopeShape.Event, false), config.FactsOf(letter.Cluster), record.ReceivedMicros, out _))
            {
                gone++;
                continue;
            }
            body.Add(audited, letter.EventId, letter.Position, record.ReceivedMicros, clock.GetUtcNow().ToUnixTimeMilliseconds() * 1000);
            if (body.Count >= 500 || body.Bytes >= 5 << 20) taken += await SendAsync(body, stop);
        }
        taken += await SendAsync(body, stop);
        return (taken, letters.Count - gone - taken, gone);
    }

    async Task<int> SendAsync(BulkBody body, CancellationToken stop)
    {
        var taken = await DeadLetterSender.TryAsync(link.Connection, state, body, stop) ?? throw new QueryFault($"Elasticsearch at {link.Connection.Place.Url} did not answer; the dead letters stay as they are. Try again.");
        body.Clear();
        return taken;
    }

    async Task<DeadLetter> FindAsync(string id, CancellationToken stop) =>
        UInt128.TryParse(id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) && await state.FindDeadLetterAsync(new EventId(value), stop) is { } letter
            ? letter : throw new QueryFault($"There is no dead letter '{id}'.");
}
