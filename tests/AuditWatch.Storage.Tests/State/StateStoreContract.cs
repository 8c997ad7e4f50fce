using System.Data.Common;
using AuditWatch.Detection.State;
using AuditWatch.Events;
using AuditWatch.Storage.State;
using Microsoft.Extensions.Time.Testing;

namespace AuditWatch.Storage.Tests.State;

/// <summary>What every database that holds the state must do.</summary>
public abstract partial class StateStoreContract : IAsyncLifetime
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;
    readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeSeconds(1_767_100_000));
    StateStore _store = null!;

    /// <summary>The database of this test, empty at first; each call the same.</summary>
    private protected abstract StateDatabase Database { get; }

    /// <summary>Makes every further insert into a table fail, as a full disk in the middle of a transaction would.</summary>
    protected abstract Task BreakInsertsAsync(DbConnection connection, string table);

    public virtual async ValueTask InitializeAsync() => _store = await OpenAsync();

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_store is not null) await _store.DisposeAsync();   // none where the database is not here
    }

    Task<StateStore> OpenAsync() => StateStore.OpenAsync(Database, _clock, new OutboxOptions(), Stop);

    static DetectionCommit Commit(int index, params Alert[] alerts) => new("detect", new EventPosition(0, 1, index), [], alerts);

    [Fact]
    public async Task A_reader_that_never_ran_begins_at_the_start()
    {
        Assert.Null(await _store.ReadPositionAsync("index", Stop));
        Assert.Same(DetectionCheckpoint.Empty, await _store.LoadAsync("detect", Stop));
    }

    [Fact]
    public async Task A_commit_is_what_the_next_start_begins_with()
    {
        StateChange[] changes =
        [
            new("prod", "sighting", "s1", [1, 2, 3], 50),
            new("prod", "sighting", "s2", [4], long.MaxValue),
            new("prod", "sighting", "s1", [9], 60),
            new("prod", "sighting", "gone", [7], 60),
            new("prod", "sighting", "gone", null, 0),
            new("dev", "sighting", "s1", [], 0),
        ];
        await _store.CommitAsync(new DetectionCommit("detect", new EventPosition(2, 7, 41), changes, []), Stop);
        await _store.CommitAsync(new DetectionCommit("other", new EventPosition(0, 0, 0), [new("prod", "sighting", "s1", [8], 1)], []), Stop);
        await _store.DisposeAsync();
        _store = await OpenAsync();

        var checkpoint = await _store.LoadAsync("detect", Stop);

        Assert.Equal(new EventPosition(2, 7, 41), checkpoint.Position);
        Assert.Equal(
            ["dev/s1= @0", "prod/s1=09 @60", $"prod/s2=04 @{long.MaxValue}"],
            checkpoint.State.Select(kept => $"{kept.Cluster}/{kept.Key}={Convert.ToHexString(kept.Value!)} @{kept.ExpiresMicros}"));
    }

    [Theory]
    [InlineData("outbox")]
    [InlineData("reader_position")]
    [InlineData("alert")]
    public async Task A_commit_that_fails_half_way_leaves_everything_as_it_was(string table)
    {
        await using (var connection = await Database.OpenAsync(Stop)) await BreakInsertsAsync(connection, table);
        var commit = Commit(5, AnAlert.Numbered(1)) with { Changes = [new("prod", "sighting", "s1", [1], 1)] };

        await Assert.ThrowsAnyAsync<DbException>(() => _store.CommitAsync(commit, Stop));

        Assert.Same(DetectionCheckpoint.Empty, await _store.LoadAsync("detect", Stop));
        Assert.Empty((await _store.ListAlertsAsync(new AlertQuery(), Stop)).Alerts);
        Assert.Equal((0L, null), await _store.OutboxBacklogAsync(Stop));
    }

    [Fact]
    public async Task An_alert_comes_back_as_it_was_raised()
    {
        var alert = AnAlert.Numbered(1);
        await _store.CommitAsync(Commit(0, alert), Stop);

        var found = await _store.FindAlertAsync(alert.AlertId, Stop);

        Assert.NotNull(found);
        Assert.Equivalent(alert, found.Alert, strict: true);
        Assert.Equal(AlertStatus.New, found.Status);
        Assert.Equal(1, found.Version);
        Assert.Null(await _store.FindAlertAsync("ffffffffffffffffffffffffffffffff", Stop));
    }

    [Fact]
    public async Task The_same_alert_again_is_no_change_and_tells_nobody()
    {
        await _store.CommitAsync(Commit(0, AnAlert.Numbered(1)), Stop);
        await _store.CommitAsync(Commit(1, AnAlert.Numbered(1), AnAlert.Numbered(1)), Stop);

        Assert.Equal(1, (await _store.FindAlertAsync(AnAlert.Numbered(1).AlertId, Stop))!.Version);
        Assert.Single(await _store.TakeDueAsync(10, Stop));
    }

    [Fact]
    public async Task Readers_see_whole_commits_only_while_a_writer_writes()
    {
        using var done = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            var seen = 0;
            while (!done.IsCancellationRequested)
            {
                var checkpoint = await _store.LoadAsync("detect", Stop);
                var sum = checkpoint.State.Select(kept => (int)kept.Value![0]).Distinct().Count();
                Assert.True(sum <= 1, "two commits were seen mixed");
                if (checkpoint.State.Count > 0) Assert.Equal(checkpoint.Position.Index % 200, checkpoint.State[0].Value![0]);
                seen++;
            }

            return seen;
        });

        for (var commit = 0; commit < 60; commit++)
        {
            var value = new[] { (byte)(commit % 200) };
            await _store.CommitAsync(new DetectionCommit("detect", new EventPosition(0, 0, commit),
                [.. Enumerable.Range(0, 40).Select(key => new StateChange("prod", "sighting", $"k{key}", value, 0))], []), Stop);
        }

        await done.CancelAsync();
        Assert.True(await reading > 0);
    }

    [Fact]
    public async Task Opening_again_changes_nothing_and_several_may_hold_it_open()
    {
        await _store.CommitAsync(Commit(3, AnAlert.Numbered(1)), Stop);

        await using var second = await OpenAsync();
        await second.CommitAsync(Commit(4, AnAlert.Numbered(2)), Stop);
        await _store.CommitAsync(Commit(5, AnAlert.Numbered(3)), Stop);

        Assert.Equal(3, (await second.ListAlertsAsync(new AlertQuery(), Stop)).Alerts.Count);
        Assert.Equal(new EventPosition(0, 1, 5), await second.ReadPositionAsync("detect", Stop));
    }

    [Fact]
    public async Task A_state_belongs_to_one_journal_for_good()
    {
        await _store.ClaimAsync("a", Stop);
        await _store.ClaimAsync("a", Stop);
        await using var second = await OpenAsync();

        var refused = await Assert.ThrowsAsync<StateSchemaException>(() => second.ClaimAsync("b", Stop));

        Assert.Contains(Database.Place, refused.Message, StringComparison.Ordinal);
        await _store.ClaimAsync("a", Stop);
    }

    [Fact]
    public async Task A_newer_schema_is_refused_with_a_sentence_that_says_what_to_do()
    {
        await using (var connection = await Database.OpenAsync(Stop))
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "insert into SchemaVersions (ScriptName, Applied) values ('AuditWatch.Storage.State.Migrations.9999_future.sql', '2030-01-01')";
            await command.ExecuteNonQueryAsync(Stop);
        }

        var refused = await Assert.ThrowsAsync<StateSchemaException>(OpenAsync);

        Assert.Contains("newer AuditWatch", refused.Message, StringComparison.Ordinal);
        Assert.Contains("9999_future", refused.Message, StringComparison.Ordinal);
        Assert.Contains(Database.Place, refused.Message, StringComparison.Ordinal);
    }
}
