using AuditWatch.Detection.State;
using AuditWatch.Events;
using AuditWatch.Storage.State;
using AuditWatch.Testing;
using Dapper;

namespace AuditWatch.Storage.Tests.State;

/// <summary>What happens to the state when PostgreSQL, or the way to it, fails.</summary>
public sealed class PostgresFaultTests(SharedPostgres shared)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;
    static readonly PostgresWaits s_short = new() { LockSeconds = 1, ConnectSeconds = 2, Read = TimeSpan.FromSeconds(1), Write = TimeSpan.FromSeconds(1) };

    static Task<StateStore> OpenAsync(PostgresPlace place, PostgresWaits? waits = null) =>
        StateStore.OpenAsync(new PostgresStateDatabase(place, TimeProvider.System, waits), TimeProvider.System, null, Stop);

    static DetectionCommit Commit(int number) => new("detect", new EventPosition(0, 1, number),
        [.. Enumerable.Range(0, 20).Select(key => new StateChange("prod", "sighting", $"k{key}", BitConverter.GetBytes(number), 0))], [AnAlert.Numbered(number)]);

    [Fact]
    public async Task Six_starters_at_once_find_one_schema()
    {
        var place = await shared.DatabaseAsync("starters");

        var stores = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => OpenAsync(place))));

        await Task.WhenAll(stores.Select((store, i) => store.CommitAsync(Commit(i), Stop)));
        Assert.Equal(6, (await stores[0].ListAlertsAsync(new AlertQuery(), Stop)).Alerts.Count);
        await using var connection = await SharedPostgres.ConnectAsync(await shared.ServerAsync(), "starters");
        Assert.Equal(PostgresMigrations.Scripts().Keys, await connection.QueryAsync<string>("select scriptname from schemaversions order by scriptname"));
        foreach (var store in stores) await store.DisposeAsync();
    }

    [Fact]
    public async Task A_commit_whose_answer_is_lost_is_neither_lost_nor_written_twice()
    {
        var place = await shared.DatabaseAsync("lost_answers");
        using var proxy = new CommitProxy(place.Port);
        await using var store = await OpenAsync(place with { Port = proxy.Port });
        await store.CommitAsync(Commit(0), Stop);

        for (var round = 1; round <= 4; round++)
        {
            if (round % 2 == 0) proxy.CutAfterCommit();
            else proxy.CutBeforeCommit();
            await store.CommitAsync(Commit(round), Stop);
            if (round % 2 == 0) proxy.CutAfterCommit();
            else proxy.CutBeforeCommit();
            await store.AddClusterAsync("prod", null, Stop);   // one more token each time it is written
            Assert.True(proxy.IsAllCut);
        }

        await using var connection = await SharedPostgres.ConnectAsync(await shared.ServerAsync(), "lost_answers");
        Assert.Equal((4, 5, 5), await connection.QuerySingleAsync<(int, int, int)>("select (select count(*)::int from cluster_token), (select count(*)::int from alert), (select count(*)::int from outbox)"));
        Assert.Equal(new EventPosition(0, 1, 4), await store.ReadPositionAsync("detect", Stop));
    }

    [Fact]
    public async Task The_very_first_commit_may_lose_its_answer_too()
    {
        var place = await shared.DatabaseAsync("first_answer");
        await (await OpenAsync(place)).DisposeAsync();
        using var proxy = new CommitProxy(place.Port);
        await using var database = new PostgresStateDatabase(place with { Port = proxy.Port }, TimeProvider.System);
        proxy.CutAfterCommit();

        var number = await database.WriteAsync(transaction => transaction.Connection!.QuerySingleAsync<long>(
            "insert into triage_job (at_us, who, via, query, change, matched, state) values (1, 'a', 'b', 'c', 'd', 0, 'done') returning id", transaction: transaction), alongside: false, Stop);

        await using var connection = await SharedPostgres.ConnectAsync(await shared.ServerAsync(), "first_answer");
        Assert.Equal(number, await connection.QuerySingleAsync<long>("select max(id) from triage_job"));
        Assert.Equal(1, await connection.QuerySingleAsync<int>("select count(*)::int from triage_job"));
    }

    [Fact]
    public async Task A_server_that_is_killed_and_restarted_between_batches_and_in_them_loses_and_doubles_nothing()
    {
        Assert.SkipUnless(PostgresServer.IsHere, PostgresServer.Missing);
        await using var server = await PostgresServer.StartAsync();
        var place = await SharedPostgres.MakeDatabaseAsync(server, "failover");
        await using var store = await OpenAsync(place, new PostgresWaits { Write = TimeSpan.FromMinutes(2), Read = TimeSpan.FromMinutes(2) });
        using var enough = new CancellationTokenSource();
        var (commits, tokens) = (0, 0);
        var detecting = Task.Run(async () =>
        {
            for (; !enough.IsCancellationRequested; commits++) await store.CommitAsync(Commit(commits), Stop);
        }, Stop);
        var adding = Task.Run(async () =>
        {
            for (; !enough.IsCancellationRequested; tokens++) await store.AddClusterAsync("prod", null, Stop);
        }, Stop);

        var random = new Random(20261125);
        for (var fault = 0; fault < 4; fault++)
        {
            var seen = Volatile.Read(ref commits);
            while (Volatile.Read(ref commits) < seen + random.Next(3, 40)) await Task.WhenAny(Task.Delay(2, Stop), detecting, adding);
            if (fault % 2 == 0) await server.KillAsync();
            else await server.StopAsync();
            await server.StartAsync();
        }

        await enough.CancelAsync();
        await Task.WhenAll(detecting, adding);

        await using var connection = await SharedPostgres.ConnectAsync(server, "failover");
        Assert.Equal((tokens, commits, commits), await connection.QuerySingleAsync<(int, int, int)>(
            "select (select count(*)::int from cluster_token), (select count(*)::int from alert), (select count(*)::int from outbox)"));
        var checkpoint = await store.LoadAsync("detect", Stop);
        Assert.Equal(commits - 1, checkpoint.Position.Index);
        Assert.All(checkpoint.State, kept => Assert.Equal(commits - 1, BitConverter.ToInt32(kept.Value!)));
    }

    [Fact]
    public async Task A_writer_that_never_ends_is_named_and_holds_no_reader_up()
    {
        var place = await shared.DatabaseAsync("held");
        await using var store = await OpenAsync(place, s_short);
        await store.CommitAsync(Commit(0), Stop);
        await using var holder = new PostgresStateDatabase(place, TimeProvider.System);
        var (held, done) = (new TaskCompletionSource(), new TaskCompletionSource());
        var holding = holder.WriteAsync(async _ =>
        {
            held.SetResult();
            await done.Task;
            return 0;
        }, alongside: false, Stop);
        await held.Task;

        var refused = await Assert.ThrowsAsync<StateUnavailableException>(() => store.CommitAsync(Commit(1), Stop));

        Assert.Contains("Another writer has held the state", refused.Message, StringComparison.Ordinal);
        Assert.Contains("held", refused.Message, StringComparison.Ordinal);
        Assert.Equal(new EventPosition(0, 1, 0), await store.ReadPositionAsync("detect", Stop));
        done.SetResult();
        await holding;
        await store.CommitAsync(Commit(1), Stop);
        Assert.Equal(new EventPosition(0, 1, 1), await store.ReadPositionAsync("detect", Stop));
    }

    [Fact]
    public async Task A_pool_with_nothing_left_says_which_setting_to_raise()
    {
        var place = (await shared.DatabaseAsync("pool")) with { MaxConnections = 1 };
        await using var database = new PostgresStateDatabase(place, TimeProvider.System, s_short);
        await database.MigrateAsync(Stop);

        await using (await database.OpenAsync(Stop))
        {
            var refused = await Assert.ThrowsAsync<StateUnavailableException>(() => database.ReadAsync(connection => connection.QuerySingleAsync<int>("select 1"), Stop));
            Assert.Contains("All 1 connections", refused.Message, StringComparison.Ordinal);
            Assert.Contains("state.postgres.max_connections", refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(1, await database.ReadAsync(connection => connection.QuerySingleAsync<int>("select 1"), Stop));
    }

    [Fact]
    public async Task What_keeps_us_out_is_said_with_its_remedy()
    {
        var place = await shared.DatabaseAsync("doors");
        async Task<string> RefusalAsync(PostgresPlace to) => (await Assert.ThrowsAsync<StateUnavailableException>(() => OpenAsync(to, s_short))).Message;

        Assert.Contains("state.postgres.username", await RefusalAsync(place with { Password = () => "wrong" }), StringComparison.Ordinal);
        Assert.Contains("create database \"nowhere\"", await RefusalAsync(place with { Database = "nowhere" }), StringComparison.Ordinal);
        Assert.Contains("state.postgres.tls", await RefusalAsync(place with { Tls = true }), StringComparison.Ordinal);
        Assert.Contains("does not answer", await RefusalAsync(place with { Port = 1 }), StringComparison.Ordinal);
        Assert.DoesNotContain(PostgresServer.Password, place.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Servers_that_share_it_hand_out_each_outbox_entry_once()
    {
        var place = await shared.DatabaseAsync("turns");
        var stores = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => OpenAsync(place)));
        for (var i = 0; i < 60; i++) await stores[0].CommitAsync(Commit(i), Stop);

        var taken = await Task.WhenAll(stores.Select(store => Task.Run(async () =>
        {
            var ids = new List<long>();
            for (IReadOnlyList<OutboxEntry> due; (due = await store.TakeDueAsync(5, Stop)).Count > 0;) ids.AddRange(due.Select(entry => entry.Id));
            return ids;
        })));

        Assert.Equal(60, taken.Sum(ids => ids.Count));
        Assert.Equal(60, taken.SelectMany(ids => ids).Distinct().Count());
        foreach (var store in stores) await store.DisposeAsync();
    }
}
