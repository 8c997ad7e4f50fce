using System.Globalization;
using System.Text.Json;
using AuditWatch.Server.Notifications;
using AuditWatch.Storage.State;

namespace AuditWatch.Server.Queries;

// Whom we tell of alerts, and what became of it.
public sealed partial class LocalQueries
{
    /// <summary>The routes of the running server; null on a data folder.</summary>
    internal Routes? Routes { get; init; }

    /// <summary>Sends a message at once.</summary>
    internal Func<OutgoingMessage, CancellationToken, Task<(string? Error, bool Refused)>>? Send { get; init; }

    Task<RowPage> RoutesAsync(Filters asked)
    {
        asked.Done();
        if (Routes is null) throw new QueryFault("Routes are known to the running server: use --server URL.");
        return Task.FromResult(new RowPage([.. Routes.All.Select(r => Rows.Write(json =>
        {
            json.WriteString("route", r.Name);
            json.WriteString("type", r.Type);
            json.WriteString("min_level", r.MinLevel);
            Texts(json, "clusters", r.Clusters);
            Texts(json, "namespaces", r.Namespaces);
            Texts(json, "tactics", r.Tactics);
            json.WriteString("every", r.Every.ToString("c", CultureInfo.InvariantCulture));
        }))], null));
    }

    async Task<RowPage> NotificationsAsync(Filters asked, CancellationToken stop)
    {
        var (state, route, limit) = (asked.OneOf("state", "waiting", "sent", "parked"), asked.Text("route"), asked.Limit);
        long? before = null;
        if (asked.Cursor is { } cursor)
            before = long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : throw new QueryFault($"'{cursor}' is no cursor of a list of notifications; use the one that came with the page before.");
        asked.Done();
        var messages = await _state.ListMessagesAsync(state, route, before, limit, stop);
        var next = limit > 0 && messages.Count == limit ? messages[^1].Id.ToString(CultureInfo.InvariantCulture) : null;
        return new RowPage([.. messages.Select(m => Rows.Write(json => MessageRow(json, m)))], next);
    }

    async Task<ActAnswer> TestRouteAsync(Act act, CancellationToken stop)
    {
        if (Routes is null || Send is null) throw new QueryFault("A route is tested by the running server: use --server URL.");
        var route = Routes.Find(act.Id!) ?? throw new QueryFault($"There is no route '{act.Id}'. The configured ones: {string.Join(", ", Routes.All.Select(r => r.Name))}.", 404);
        var now = _clock.GetUtcNow();
        var key = string.Create(CultureInfo.InvariantCulture, $"aw-test-{now.ToUnixTimeMilliseconds()}");
        var (error, refused) = await Send(new OutgoingMessage(key, route, 1, [TestAlert.At(now)]), stop);
        if (error is not null) throw new QueryFault($"The route '{route.Name}' {(refused ? "was refused" : "did not get through")}: {error}", 502);
        return new ActAnswer(Rows.Write(json =>
        {
            json.WriteString("route", route.Name);
            json.WriteString("sent", key);
        }));
    }

    async Task<ActAnswer> ReplayNotificationsAsync(Act act, CancellationToken stop)
    {
        var id = MessageOf(act);
        var count = await _state.ReplayMessagesAsync(id, stop);
        if (id is not null && count == 0) throw new QueryFault($"There is no parked notification {id}.", 404);
        return new ActAnswer(Rows.Write(json => json.WriteNumber("replayed", count)));
    }

    async Task<ActAnswer> DropNotificationsAsync(Act act, CancellationToken stop)
    {
        var id = MessageOf(act);
        var count = await _state.DropMessagesAsync(id, stop);
        if (id is not null && count == 0) throw new QueryFault($"There is no parked notification {id}.", 404);
        return new ActAnswer(Rows.Write(json => json.WriteNumber("dropped", count)));
    }

    static long? MessageOf(Act act) => act.Id is null or "all" ? null
        : long.TryParse(act.Id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new QueryFault($"'{act.Id}' is no notification's id.");

    async Task<ReadOnlyMemory<byte>?> ShowMessageAsync(string id, CancellationToken stop)
    {
        if (!long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || await _state.FindMessageAsync(number, stop) is not { } message) return null;
        var alerts = await _state.AlertsOfMessageAsync(number, MostTried, stop);
        return Rows.Write(json =>
        {
            MessageRow(json, message);
            Texts(json, "alert_ids", alerts);
        });
    }

    static void MessageRow(Utf8JsonWriter json, NotificationMessage message)
    {
        json.WriteNumber("id", message.Id);
        json.WriteString("route", message.Route);
        json.WriteString("state", message.State);
        json.WriteNumber("alerts", message.Alerts);
        json.WriteNumber("attempts", message.Attempts);
        json.WriteString("created", Rfc3339.Of(message.CreatedMicros));
        json.WriteString("due", message.State == "waiting" ? Rfc3339.Of(message.DueMicros) : null);
        json.WriteString("done", message.DoneMicros is { } done ? Rfc3339.Of(done) : null);
        json.WriteString("error", message.Error);
    }

    static void Texts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
