using System.Globalization;
using System.Text.Json;
using AuditWatch.Server.Bus;
using AuditWatch.Storage.State;

namespace AuditWatch.Server.Queries;

// Changes of alerts that a consumer of the bus could not deal with.
public sealed partial class LocalQueries
{
    async Task<RowPage> ParkedAsync(Filters asked, CancellationToken stop)
    {
        var (consumer, limit, from) = (asked.OneOf("consumer", "index", "notify", "routes", "elasticsearch"), asked.Limit, 0);
        if (asked.Cursor is { } cursor && !int.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out from))
            throw new QueryFault($"'{cursor}' is no cursor of this list; use the one that came with the page before.");
        asked.Done();
        var parked = await _state.ListParkedAsync(consumer, limit == 0 ? 0 : checked(from + limit + 1), stop);
        var page = parked.Skip(from).Take(limit == 0 ? int.MaxValue : limit).ToList();
        return new RowPage([.. page.Select(p => Rows.Write(json => ParkedRow(json, p)))], from + page.Count < parked.Count ? (from + page.Count).ToString(CultureInfo.InvariantCulture) : null);
    }

    async Task<ReadOnlyMemory<byte>?> ShowParkedAsync(string id, CancellationToken stop)
    {
        if (!TryParkedId(id, out var entry, out var consumer) || await _state.FindParkedAsync(entry, consumer, stop) is not { } parked) return null;
        var alert = await _state.FindAlertAsync(parked.AlertId, stop);
        return Rows.Write(json =>
        {
            ParkedRow(json, parked);
            json.WritePropertyName("alert");
            if (alert is null) json.WriteNullValue();
            else json.WriteRawValue(AlertRows.Of(alert));
        });
    }

    async Task<ActAnswer> ReplayParkedAsync(Act act, CancellationToken stop)
    {
        // Who else must not be told again is the running server's configuration.
        if (_isOwner) throw new QueryFault("Parked changes are given out again by the running server: use --server URL.");
        var (entry, consumer) = ParkedOf(act);
        var count = await _state.ReplayParkedAsync(entry, consumer, stop);
        return count == 0 && entry is not null ? throw NotParked(act) : new ActAnswer(Rows.Write(json => json.WriteNumber("replayed", count)));
    }

    async Task<ActAnswer> DropParkedAsync(Act act, CancellationToken stop)
    {
        var (entry, consumer) = ParkedOf(act);
        var count = await _state.DropParkedAsync(entry, consumer, stop);
        return count == 0 && entry is not null ? throw NotParked(act) : new ActAnswer(Rows.Write(json => json.WriteNumber("dropped", count)));
    }

    static QueryFault NotParked(Act act) => new($"There is no parked change '{act.Id}'.", 404);

    static (long? Entry, string? Consumer) ParkedOf(Act act) => act.Id is null or "all" ? (null, null) : TryParkedId(act.Id, out var entry, out var consumer) ? (entry, consumer) : throw NotParked(act);

    // ENTRY-CONSUMER: one change can be parked for several.
    static bool TryParkedId(string id, out long entry, out string consumer)
    {
        var cut = id.IndexOf('-', StringComparison.Ordinal);
        consumer = cut > 0 ? id[(cut + 1)..] : "";
        return long.TryParse(cut > 0 ? id[..cut] : "", NumberStyles.None, CultureInfo.InvariantCulture, out entry) && consumer.Length > 0;
    }

    static void ParkedRow(Utf8JsonWriter json, ParkedChange parked)
    {
        json.WriteString("id", string.Create(CultureInfo.InvariantCulture, $"{parked.Entry}-{parked.Consumer}"));
        json.WriteString("consumer", parked.Consumer);
        json.WriteString("alert_id", parked.AlertId);
        json.WriteNumber("version", parked.Version);
        json.WriteNumber("failures", parked.Failures);
        json.WriteString("reason", parked.Reason);
        json.WriteString("first", Rfc3339.Of(parked.FirstMicros));
        json.WriteString("parked", Rfc3339.Of(parked.ParkedMicros));
    }
}
