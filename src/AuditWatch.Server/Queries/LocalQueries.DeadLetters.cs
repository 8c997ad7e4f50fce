using System.Globalization;
using System.Text.Json;
using AuditWatch.Events;
using AuditWatch.Storage.State;

namespace AuditWatch.Server.Queries;

// Documents that Elasticsearch will not take.
public sealed partial class LocalQueries
{
    /// <summary>Sends dead letters again; null where no server with Elasticsearch runs.</summary>
    internal Func<string?, CancellationToken, Task<(int Taken, int Refused, int Gone)>>? DeadLetters { get; init; }

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>> ReplayDeadLettersAsync(string? id, CancellationToken stop)
    {
        if (DeadLetters is null) throw new QueryFault("Dead letters are replayed by a running server that has an 'elasticsearch' section: use --server URL.");
        if (id is null) NeedsAllClusters("Name a dead letter: all of them are of every cluster.");
        else if (await FindLetterAsync(id, stop) is null) throw new QueryFault($"There is no dead letter '{id}'.");
        var (taken, refused, gone) = await DeadLetters(id, stop);
        return Rows.Write(json =>
        {
            json.WriteNumber("replayed", taken);
            json.WriteNumber("refused", refused);
            json.WriteNumber("gone", gone);
        });
    }

    async Task<RowPage> DeadLettersAsync(Filters asked, CancellationToken stop)
    {
        var limit = asked.Limit;
        EventPosition? after = null;
        if (asked.Cursor is { } cursor)
            after = QuarantineNote.TryParseId(cursor, out var position) ? position : throw new QueryFault($"'{cursor}' is no cursor of a list of dead letters; use the one that came with the page before.");
        asked.Done();
        var letters = await _state.ListDeadLettersAsync(after, limit, stop);
        var next = limit > 0 && letters.Count == limit ? Place(letters[^1].Position) : null;
        return new RowPage([.. letters.Where(l => Scope.Sees(l.Cluster)).Select(l => Rows.Write(json => DeadLetterRow(json, l)))], next);
    }

    async Task<ReadOnlyMemory<byte>?> ShowDeadLetterAsync(string id, CancellationToken stop)
    {
        if (await FindLetterAsync(id, stop) is not { } letter) return null;
        var raw = await RecordAsync(letter.Position, stop);
        return Rows.Write(json =>
        {
            DeadLetterRow(json, letter);
            Raw(json, "event", raw);
        });
    }

    async Task<DeadLetter?> FindLetterAsync(string id, CancellationToken stop) =>
        UInt128.TryParse(id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            && await _state.FindDeadLetterAsync(new Events.EventId(value), stop) is { } letter && Scope.Sees(letter.Cluster) ? letter : null;

    static void DeadLetterRow(Utf8JsonWriter json, DeadLetter letter)
    {
        json.WriteString("event_id", letter.EventId.ToString());
        json.WriteString("cluster", letter.Cluster);
        json.WriteString("error_type", letter.ErrorType);
        json.WriteString("reason", letter.Reason);
        json.WriteNumber("attempts", letter.Attempts);
        json.WriteString("first", Rfc3339.Of(letter.FirstMicros));
        json.WriteString("last", Rfc3339.Of(letter.LastMicros));
        json.WriteNumber("segment", letter.Position.Segment);
        json.WriteNumber("frame", letter.Position.Frame);
        json.WriteNumber("index", letter.Position.Index);
    }

    static string Place(EventPosition position) => string.Create(CultureInfo.InvariantCulture, $"{position.Segment}-{position.Frame}-{position.Index}");
}
