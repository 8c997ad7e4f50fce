using AuditWatch.Storage.Index;

namespace AuditWatch.Storage.Tests.Index;

/// <summary>SQL answers questions and does nothing else.</summary>
public sealed class SqlTests : IAsyncLifetime
{
    readonly TemporaryFolder _folder = new();
    DuckDbEventIndex _index = null!;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _index = await DuckDbEventIndex.OpenAsync(_folder.Path, new DuckDbIndexOptions(), TimeProvider.System, Stop);
        var batch = _index.RentBatch();
        for (var number = 0; number < 20; number++) batch.Add(ARow.Numbered(number));
        await _index.IndexAsync(batch, ARow.Numbered(19).Position, Stop);
        await _index.FlushAsync(Stop);
    }

    public async ValueTask DisposeAsync()
    {
        await _index.DisposeAsync();
        _folder.Dispose();
    }

    async Task<List<IReadOnlyList<object?>>> AskAsync(string sql, int limit = 1000)
    {
        using var answer = await _index.SqlAsync(new SqlQuestion(sql) { Limit = limit }, Stop);
        return answer.Rows().ToList();
    }

    [Theory]
    [InlineData("insert into stored_event select * from stored_event")]
    [InlineData("insert into alerts (alert_id) values ('x')")]
    [InlineData("update alerts set status = 'closed'")]
    [InlineData("delete from stored_event")]
    [InlineData("drop table stored_event")]
    [InlineData("drop view events")]
    [InlineData("create table t (i int)")]
    [InlineData("create temp table t (i int)")]
    [InlineData("create macro m(a) as a")]
    [InlineData("create view v as select 1")]
    [InlineData("alter table alerts add column x int")]
    [InlineData("truncate alerts")]
    [InlineData("attach ':memory:' as m")]
    [InlineData("attach '/tmp/other.db' as m")]
    [InlineData("detach index")]
    [InlineData("use memory")]
    [InlineData("copy events to '/tmp/events.csv'")]
    [InlineData("copy (select 1) to '/tmp/events.csv'")]
    [InlineData("copy alerts from '/etc/passwd'")]
    [InlineData("export database '/tmp/export'")]
    [InlineData("import database '/tmp/export'")]
    [InlineData("select * from read_csv('/etc/passwd')")]
    [InlineData("select * from read_text('/etc/passwd')")]
    [InlineData("select * from read_blob('/etc/passwd')")]
    [InlineData("select * from read_json('/etc/passwd')")]
    [InlineData("select * from read_parquet('/etc/passwd')")]
    [InlineData("select * from '/etc/passwd'")]
    [InlineData("select * from '/etc/passwd.csv'")]
    [InlineData("select * from glob('/etc/*')")]
    [InlineData("from read_csv('/etc/passwd')")]
    [InlineData("select * from duckdb_secrets()")]
    [InlineData("select * from sniff_csv('/etc/passwd')")]
    [InlineData("pragma database_list")]
    [InlineData("pragma enable_profiling")]
    [InlineData("pragma memory_limit='10GB'")]
    [InlineData("set memory_limit = '10GB'")]
    [InlineData("set global enable_external_access = true")]
    [InlineData("reset memory_limit")]
    [InlineData("install httpfs")]
    [InlineData("load httpfs")]
    [InlineData("load '/tmp/evil.duckdb_extension'")]
    [InlineData("call pragma_version()")]
    [InlineData("checkpoint")]
    [InlineData("force checkpoint")]
    [InlineData("vacuum")]
    [InlineData("analyze")]
    [InlineData("begin transaction")]
    [InlineData("commit")]
    [InlineData("rollback")]
    [InlineData("prepare p as select 1")]
    [InlineData("execute p")]
    [InlineData("deallocate p")]
    [InlineData("select 1; drop table stored_event")]
    [InlineData("select 1; select 2")]
    [InlineData("/* select */ delete from alerts")]
    [InlineData("-- select\ndelete from alerts")]
    [InlineData("explain analyze delete from alerts")]
    [InlineData("with x as (delete from alerts returning *) select * from x")]
    [InlineData("from query('delete from alerts')")]
    [InlineData("select * from query_table('/etc/passwd')")]
    [InlineData("select nextval('s')")]
    [InlineData("select getenv('HOME')")]
    [InlineData("comment on table alerts is 'x'")]
    [InlineData("kill 1")]
    [InlineData("")]
    [InlineData(";")]
    [InlineData("selec 1")]
    [InlineData("select no_such_column from events")]
    public async Task What_is_more_than_a_question_is_refused_and_changes_nothing(string sql)
    {
        await Assert.ThrowsAsync<SqlRefusedException>(() => AskAsync(sql));

        Assert.Equal(20L, (await AskAsync("select count(*) from events"))[0][0]);
        Assert.Equal(0L, (await AskAsync("select count(*) from alerts"))[0][0]);
    }

    [Theory]
    [InlineData("select count(*) from events", "20")]
    [InlineData("  -- how many?\n ( select count(*) from events )", "20")]
    [InlineData("with e as (select user from events) select distinct user from e", "system:serviceaccount:ci:runner")]
    [InlineData("from events select max(code)", "200")]
    [InlineData("select distinct unnest(user_groups) g from events order by g limit 1", "system:authenticated")]
    [InlineData("select event_id from events order by time limit 1", null)]
    [InlineData("select list_scope is null and stage = 'ResponseComplete' from events limit 1", "True")]
    [InlineData("select 'drop table x; delete from y'", "drop table x; delete from y")]
    [InlineData("select count(*) from events where time >= timestamp '2025-12-30 12:00:00' and \"index\" < 5", "5")]
    [InlineData("values (1)", "1")]
    public async Task A_question_is_answered(string sql, string? expected) =>
        Assert.Equal(expected ?? ARow.Numbered(0).EventId.ToString(), Convert.ToString((await AskAsync(sql))[0][0], System.Globalization.CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("describe events")]
    [InlineData("show tables")]
    [InlineData("explain select * from events")]
    [InlineData("summarize events")]
    public async Task Looking_around_is_a_question_too(string sql) => Assert.NotEmpty(await AskAsync(sql));

    [Fact]
    public async Task An_answer_is_cut_off_at_its_limit_and_says_so()
    {
        using var cut = await _index.SqlAsync(new SqlQuestion("select * from range(1000000000)") { Limit = 5 }, Stop);
        Assert.Equal(5, cut.Rows().Count());
        Assert.True(cut.IsCutOff);

        using var whole = await _index.SqlAsync(new SqlQuestion("select \"index\" as i, user from events") { Limit = 20 }, Stop);
        Assert.Equal(20, whole.Rows().Count());
        Assert.False(whole.IsCutOff);
        Assert.Equal([("i", "INTEGER"), ("user", "VARCHAR")], whole.Columns.Select(column => (column.Name, column.Type.ToUpperInvariant())));
    }

    [Theory]
    [InlineData("select count(*) from range(1000000000) a, range(1000000000) b where a.range * b.range = 7")]
    [InlineData("select * from range(100000000000) t(i) where i < 0")]
    public async Task A_question_that_never_ends_is_stopped(string sql)
    {
        var late = await Assert.ThrowsAsync<SqlRefusedException>(async () =>
        {
            using var answer = await _index.SqlAsync(new SqlQuestion(sql) { Timeout = TimeSpan.FromMilliseconds(300) }, Stop);
            _ = answer.Rows().Count();
        });

        Assert.Contains("took too long", late.Message, StringComparison.Ordinal);
        Assert.Single(await AskAsync("select 1"));
    }

    [Fact]
    public async Task An_asker_who_leaves_stops_the_question()
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        leaving.CancelAfter(200);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            using var answer = await _index.SqlAsync(new SqlQuestion("select count(*) from range(1000000000) a, range(1000000000) b where a.range * b.range = 7"), leaving.Token);
            _ = answer.Rows().Count();
        });
    }
}
