using Dapper;

namespace AuditWatch.Storage.State;

public sealed partial class StateStore
{
    const string MessageColumns = "id, route, alerts, created_us, due_us, attempts, state, error, done_us";
    const int LongestError = 1000;

    /// <summary>A route has to speak of an alert's version. Saying so twice does nothing.</summary>
    public Task AddNotificationsAsync(IReadOnlyCollection<string> routes, string alertId, long version, CancellationToken stop) => routes.Count == 0 ? Task.CompletedTask : WriteAsync(transaction =>
        transaction.Connection!.ExecuteAsync(Sql(
            "insert into notification (route, alert_id, version, created_us) values (@route, @alertId, @version, @now) on conflict do nothing",
            routes.Select(route => new { route, alertId, version, now = UnixMicros.Of(_clock) }), transaction, stop)), stop);

    /// <summary>
    /// Puts everything that waits on a route into one message, unless a message of it is under way or the last one is younger than <paramref name="pause"/>: a storm
    /// becomes one message with a count. Null when there is nothing to say yet.
    /// </summary>
    public Task<NotificationMessage?> FormMessageAsync(string route, TimeSpan pause, CancellationToken stop) => WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        var now = UnixMicros.Of(_clock);
        var waiting = await connection.QuerySingleAsync<long>(Sql("select count(*) from notification where message is null and route = @route", new { route }, transaction, stop)).ConfigureAwait(false);
        if (waiting == 0) return null;
        var isTooEarly = await connection.QuerySingleAsync<bool>(Sql(
            "select exists (select 1 from notification_message where route = @route and (state = 'waiting' or created_us > @since))",
            new { route, since = now - UnixMicros.From(pause) }, transaction, stop)).ConfigureAwait(false);
        if (isTooEarly) return null;
        var row = await connection.QuerySingleAsync<MessageRow>(Sql(
            $"insert into notification_message (route, alerts, created_us, due_us, state) values (@route, @waiting, @now, @now, 'waiting') returning {MessageColumns}",
            new { route, waiting, now }, transaction, stop)).ConfigureAwait(false);
        await connection.ExecuteAsync(Sql("update notification set message = @id where message is null and route = @route", new { id = row.Id, route }, transaction, stop)).ConfigureAwait(false);
        return row.Back();
    }, stop);

    /// <summary>Messages to be sent now, oldest first. Each is due again after a growing wait, should nobody settle it by then.</summary>
    public async Task<IReadOnlyList<NotificationMessage>> TakeDueMessagesAsync(int limit, CancellationToken stop) => await WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        var now = UnixMicros.Of(_clock);
        var due = (await connection.QueryAsync<MessageRow>(Sql(
            $"select {MessageColumns} from notification_message where state = 'waiting' and due_us <= @now order by due_us, id limit @limit", new { now, limit }, transaction, stop)).ConfigureAwait(false)).AsList();
        await connection.ExecuteAsync(Sql("update notification_message set attempts = attempts + 1, due_us = @again where id = @id",
            due.Select(row => new { id = row.Id, again = now + RetryMicros(row.Attempts) }), transaction, stop)).ConfigureAwait(false);
        return (IReadOnlyList<NotificationMessage>)due.ConvertAll(row => row.Back() with { Attempts = row.Attempts + 1 });
    }, stop).ConfigureAwait(false);

    /// <summary>The message was sent (null), could not be sent this time, or is parked for good with what was wrong.</summary>
    public Task SettleMessageAsync(long message, string? error, bool park, CancellationToken stop) => WriteAsync(transaction =>
        transaction.Connection!.ExecuteAsync(Sql(
            "update notification_message set state = @state, error = @error, done_us = @done where id = @message and state = 'waiting'",
            new
            {
                message, state = error is null ? "sent" : park ? "parked" : "waiting", error = StoredText.Keep(error is { Length: > LongestError } ? error[..LongestError] : error),
                done = error is null || park ? UnixMicros.Of(_clock) : (long?)null,
            }, transaction, stop)), stop);

    /// <summary>Sends a parked message (null: all of them) again. Returns how many.</summary>
    public Task<int> ReplayMessagesAsync(long? message, CancellationToken stop) => WriteAsync(transaction =>
        transaction.Connection!.ExecuteAsync(Sql(
            "update notification_message set state = 'waiting', attempts = 0, due_us = @now, created_us = @now, done_us = null where state = 'parked' and (@message is null or id = @message)",
            new { message, now = UnixMicros.Of(_clock) }, transaction, stop)), stop);

    /// <summary>Forgets a parked message (null: all of them): it is never sent, and what it was about is no news any more. Returns how many.</summary>
    public Task<int> DropMessagesAsync(long? message, CancellationToken stop) => WriteAsync(transaction =>
        transaction.Connection!.ExecuteAsync(Sql("delete from notification_message where state = 'parked' and (@message is null or id = @message)", new { message }, transaction, stop)), stop);

    /// <summary>One message; null when there is none.</summary>
    public async Task<NotificationMessage?> FindMessageAsync(long message, CancellationToken stop) =>
        (await ReadAsync(connection => connection.QueryFirstOrDefaultAsync<MessageRow>(Sql($"select {MessageColumns} from notification_message where id = @message", new { message }, null, stop)), stop).ConfigureAwait(false))?.Back();

    /// <summary>Ids of the alerts that a message is about: the gravest first, then the newest.</summary>
    public async Task<IReadOnlyList<string>> AlertsOfMessageAsync(long message, int limit, CancellationToken stop) =>
        (await ReadAsync(connection => connection.QueryAsync<string>(Sql(
            """
            select a.alert_id from notification n join alert a on a.alert_id = n.alert_id where n.message = @message
            group by a.alert_id, a.level, a.time_us order by a.level desc, a.time_us desc, a.alert_id limit @limit
            """, new { message, limit }, null, stop)), stop).ConfigureAwait(false)).ToList();

    /// <summary>Messages, newest first.</summary>
    /// <param name="state">waiting, sent or parked; null: any.</param>
    /// <param name="route">Of this route; null: any.</param>
    /// <param name="before">Where the page before ended; null: the newest.</param>
    /// <param name="limit">At most so many; 0 for all.</param>
    /// <param name="stop">Stops it.</param>
    public async Task<IReadOnlyList<NotificationMessage>> ListMessagesAsync(string? state, string? route, long? before, int limit, CancellationToken stop) =>
        (await ReadAsync(connection => connection.QueryAsync<MessageRow>(Sql(
            $"""
            select {MessageColumns} from notification_message where (@state is null or state = @state) and (@route is null or route = @route) and (@before is null or id < @before)
            order by id desc limit @limit
            """, new { state, route = StoredText.Keep(route), before, limit = limit > 0 ? limit : int.MaxValue }, null, stop)), stop).ConfigureAwait(false)).Select(row => row.Back()).ToList();

    sealed record MessageRow(long Id, string Route, long Alerts, long Created_Us, long Due_Us, long Attempts, string State, string? Error, long? Done_Us)
    {
        public NotificationMessage Back() => new(Id, Route, Alerts, Created_Us, Due_Us, Attempts, State, StoredText.Back(Error), Done_Us);
    }
}
