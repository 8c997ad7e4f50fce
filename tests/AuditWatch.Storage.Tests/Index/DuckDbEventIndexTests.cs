using AuditWatch.Detection.Alerts;
using AuditWatch.Storage.Index;
using AuditWatch.Storage.State;

namespace AuditWatch.Storage.Tests.Index;

/// <summary>The contract on DuckDB, and what is its own: alerts beside events, versions, one process at a time.</summary>
public sealed class DuckDbEventIndexTests : EventIndexContract
{
    readonly TemporaryFolder _folder = new(), _other = new();

    private protected override async Task<IEventIndex> OpenAsync() =>
        await DuckDbEventIndex.OpenAsync(_folder.Path, new DuckDbIndexOptions(), TimeProvider.System, Stop);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
        _other.Dispose();
    }

    internal static async Task HoldAsync(string folder)
    {
        await using var index = await DuckDbEventIndex.OpenAsync(folder, new DuckDbIndexOptions(), TimeProvider.System);
        Console.WriteLine("open");
        await Task.Delay(Timeout.Infinite);
    }

    DuckDbEventIndex DuckDb => (DuckDbEventIndex)Index;

    async Task<string> AskAsync(string sql)
    {
        using var answer = await DuckDb.SqlAsync(new SqlQuestion(sql), Stop);
        return string.Join('|', answer.Rows().Select(row => string.Join(',', row)));
    }

    static StoredAlert Stored(int number, long version = 1, AlertStatus status = AlertStatus.New) => new(AnAlert.Numbered(number), status, version, 0, 0);

    [Fact]
    public async Task Alerts_can_be_joined_with_their_evidence()
    {
        await IndexAsync(ARow.Numbered(1203));
        await Index.PutAlertsAsync([Stored(1), Stored(2)], Stop);

        Assert.Equal("00000000000000000000000000000001,high,new,db-credentials", await AskAsync(
            """
            select a.alert_id, a.level, a.status, e.name from alerts a join alert_evidence using (alert_id) join events e using (segment, frame, "index")
            where a.time < timestamp '2025-12-30 12:00:00.000002'
            """));
        Assert.Equal("T1552.007", await AskAsync("select distinct unnest(attack) from alerts"));
    }

    [Fact]
    public async Task A_newer_version_of_an_alert_replaces_an_older_one_and_never_the_other_way_round()
    {
        await Index.PutAlertsAsync([Stored(1)], Stop);
        await Index.PutAlertsAsync([Stored(1, 3, AlertStatus.Closed)], Stop);
        await Index.PutAlertsAsync([Stored(1, 2, AlertStatus.Acknowledged), Stored(2)], Stop);

        Assert.Equal("1,3,closed|2,1,new", await AskAsync("select cast(alert_id as integer), version, status from alerts order by alert_id"));
        Assert.Equal("2", await AskAsync("select count(*) from alert_evidence"));
    }

    [Fact]
    public async Task Alerts_are_copied_whatever_their_texts_hold()
    {
        var odd = AnAlert.Numbered(1) with { Sentence = "a\0b é 😀 'q' \"r\" \\ " + "\uD83D", Cluster = new string('x', 40_000), AuditIds = ["", "b\0", "ü"], Object = null };
        var many = AnAlert.Numbered(2) with { Evidence = [.. Enumerable.Range(0, 5000).Select(number => EvidencePosition.Journal(3, number, 7))], AuditIds = [] };
        await Index.PutAlertsAsync([new StoredAlert(odd, AlertStatus.New, 1, 0, 0), new StoredAlert(many, AlertStatus.New, 1, 0, 0), .. Enumerable.Range(3, 3000).Select(number => Stored(number))], Stop);

        Assert.Equal("a0b é 😀 'q' \"r\" \\ \uFFFD", await AskAsync("select replace(sentence, chr(0), '0') from alerts where resource is null"));
        Assert.Equal("40000,3,,b\uFFFD", await AskAsync("select length(cluster), len(audit_ids), audit_ids[1], audit_ids[2] from alerts where resource is null"));
        Assert.Equal("5000", await AskAsync("select count(distinct frame) from alert_evidence where segment = 3 and \"index\" = 7"));
        Assert.Equal("3002,0", await AskAsync("select count(*), min(len(audit_ids)) from alerts"));
    }

    [Fact]
    public async Task Copying_alerts_commits_no_rows_before_their_time()
    {
        await using var patient = await DuckDbEventIndex.OpenAsync(_other.Path, new DuckDbIndexOptions { CommitInterval = TimeSpan.FromHours(1) }, TimeProvider.System, Stop);
        var batch = patient.RentBatch();
        batch.Add(ARow.Numbered(1));
        await patient.IndexAsync(batch, ARow.Numbered(1).Position, Stop);
        await patient.PutAlertsAsync([Stored(1)], Stop);

        Assert.Equal(AuditWatch.Events.EventPosition.Start, patient.Position);
        using (var answer = await patient.SqlAsync(new SqlQuestion("select (select count(*) from alerts), (select count(*) from events)"), Stop))
            Assert.Equal("1,0", string.Join(',', answer.Rows().Single()));
        await patient.FlushAsync(Stop);
        Assert.Equal(ARow.Numbered(1).Position, patient.Position);
    }

    [Fact]
    public async Task Alerts_that_cannot_be_copied_take_no_rows_with_them()
    {
        await IndexAsync(ARow.Numbered(1).Position, ARow.Numbered(1));
        var broken = new StoredAlert(AnAlert.Numbered(1) with { Level = "no level" }, AlertStatus.New, 1, 0, 0);

        await Assert.ThrowsAsync<IndexWriteException>(() => Index.PutAlertsAsync([Stored(2), broken], Stop));
        await IndexAsync(ARow.Numbered(2));

        Assert.Equal(2, (await AllAsync()).Count);
        Assert.Equal("0", await AskAsync("select count(*) from alerts"));
    }

    [Fact]
    public async Task After_a_write_that_failed_reading_on_from_the_position_makes_the_index_whole()
    {
        await IndexAsync(ARow.Numbered(0), ARow.Numbered(1));
        await DuckDb.DoAsync(connection => DuckDbSchema.Run(connection, "alter table stored_event rename to away"), Stop);

        await IndexAsync(ARow.Numbered(2).Position, ARow.Numbered(2));   // fails, on the writer's thread
        using var release = new ManualResetEventSlim();
        var hasFailed = new TaskCompletionSource();
        var repaired = DuckDb.DoAsync(connection =>
        {
            DuckDbSchema.Run(connection, "alter table away rename to stored_event");
            hasFailed.SetResult();
            release.Wait(Stop);
        }, Stop);
        await IndexAsync(ARow.Numbered(3).Position, ARow.Numbered(3));   // was accepted before the failure could be told
        await hasFailed.Task;
        await Assert.ThrowsAsync<IndexWriteException>(() => IndexAsync(ARow.Numbered(4).Position, ARow.Numbered(4)));
        release.Set();
        await repaired;
        await Index.FlushAsync(Stop);
        Assert.Equal(ARow.Numbered(1).Position, Index.Position);         // 3 without 2 would be a gap

        await IndexAsync([.. Enumerable.Range(2, 9).Select(ARow.Numbered)]);
        Assert.Equal(Enumerable.Range(0, 11).Select(number => ARow.Numbered(number).EventId), (await AllAsync(new EventQuery { OldestFirst = true })).Select(row => row.EventId));
        Assert.Equal(ARow.Numbered(10).Position, Index.Position);
    }

    [Fact]
    public async Task Whoever_waits_for_a_commit_is_told_that_there_was_none()
    {
        await DuckDb.DoAsync(connection => DuckDbSchema.Run(connection, "alter table stored_event rename to away"), Stop);

        await IndexAsync(ARow.Numbered(0).Position, ARow.Numbered(0));
        await Assert.ThrowsAsync<IndexWriteException>(() => Index.FlushAsync(Stop));
        await Assert.ThrowsAsync<IndexWriteException>(() => Index.FlushAsync(Stop));

        Assert.Equal(AuditWatch.Events.EventPosition.Start, Index.Position);
    }

    [Fact]
    public async Task Rows_as_large_as_they_can_be_do_not_need_more_memory_than_was_given()
    {
        for (var number = 0; number < 1200; number += 100)
            await IndexAsync(ARow.Numbered(number + 99).Position, [.. Enumerable.Range(number, 100).Select(at =>
            {
                var text = string.Concat(Enumerable.Repeat(at.ToString("d8", System.Globalization.CultureInfo.InvariantCulture), 4000));
                return ARow.Numbered(at) with { Name = text, Namespace = text, RequestUri = text, UserAgent = text, User = text, Verb = text, UserGroups = [text, text, text, text] };
            })]);
        await Index.FlushAsync(Stop);

        Assert.Equal("1200", await AskAsync("select count(*) from events where length(name) = 32000"));
    }

    [Fact]
    public async Task A_second_process_is_told_that_the_index_is_busy()
    {
        using var folder = new TemporaryFolder();
        using var holder = Victim.Start("hold-index", folder.Path);
        Assert.Equal("open", await holder.ReadLineAsync());

        var busy = await Assert.ThrowsAsync<IndexBusyException>(() => DuckDbEventIndex.OpenAsync(folder.Path, new DuckDbIndexOptions { ReadOnly = true }, TimeProvider.System, Stop));

        Assert.Contains("--server", busy.Message, StringComparison.Ordinal);
        await holder.KillAfterAsync(0);
        await using var afterwards = await DuckDbEventIndex.OpenAsync(folder.Path, new DuckDbIndexOptions { ReadOnly = true }, TimeProvider.System, Stop);
        Assert.Empty((await afterwards.SearchAsync(new EventQuery(), Stop)).Rows);
    }

    [Fact]
    public async Task An_index_of_another_version_is_built_again_from_the_start()
    {
        await IndexAsync(ARow.Numbered(1));
        await Index.DisposeAsync();
        using (var other = new DuckDB.NET.Data.DuckDBConnection($"Data Source={Path.Combine(_folder.Path, "index.duckdb")}"))
        {
            other.Open();
            DuckDbSchema.Run(other, "update meta set value = '0'");
        }

        var readOnly = new DuckDbIndexOptions { ReadOnly = true };
        var refused = await Assert.ThrowsAsync<IndexUnusableException>(() => DuckDbEventIndex.OpenAsync(_folder.Path, readOnly, TimeProvider.System, Stop));
        Assert.Contains("schema 0", refused.Message, StringComparison.Ordinal);

        await ReopenAsync();
        Assert.True(DuckDb.IsRebuilding);
        Assert.Equal(AuditWatch.Events.EventPosition.Start, Index.Position);
        Assert.Empty(await AllAsync());
        await ReopenAsync();
        Assert.False(DuckDb.IsRebuilding);
    }

    [Fact]
    public async Task A_damaged_file_is_named_and_the_remedy_with_it()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "index.duckdb"), new string('x', 100_000), Stop);

        var damaged = await Assert.ThrowsAsync<IndexUnusableException>(() => DuckDbEventIndex.OpenAsync(folder.Path, new DuckDbIndexOptions(), TimeProvider.System, Stop));

        Assert.Contains("index.duckdb", damaged.Message, StringComparison.Ordinal);
        Assert.Contains("delete the file", damaged.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_commit_comes_by_itself_after_its_interval()
    {
        await IndexAsync(ARow.Numbered(1).Position, ARow.Numbered(1));

        for (var tries = 0; tries < 600 && Index.Position != ARow.Numbered(1).Position; tries++) await Task.Delay(50, Stop);

        Assert.Equal(ARow.Numbered(1).Position, Index.Position);
    }

    [Fact]
    public async Task A_sort_larger_than_memory_goes_to_the_disk_and_ends()
    {
        await IndexAsync([.. Enumerable.Range(0, 10_000).Select(ARow.Numbered)]);

        Assert.Equal("3000000", await AskAsync(
            "select count(*) from (select row_number() over (order by md5(cast(i as varchar))), repeat('x', 200) || i from range(3000000) t(i))"));
    }
}
