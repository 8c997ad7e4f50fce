using AuditWatch.Events;
using AuditWatch.Storage.Index;
using AuditWatch.Storage.State;

namespace AuditWatch.Storage.Tests.Index;

/// <summary>What every index of events must do.</summary>
public abstract class EventIndexContract : EventSearchContract, IAsyncLifetime
{
    private protected override IEventSearch Search => Index;

    private protected override Task PutAsync(params EventRow[] rows) => IndexAsync(rows);

    private protected IEventIndex Index { get; private set; } = null!;

    /// <summary>Opens the index of this test, empty at first; each call the same.</summary>
    private protected abstract Task<IEventIndex> OpenAsync();

    public async ValueTask InitializeAsync() => Index = await OpenAsync();

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Index.DisposeAsync();
    }

    private protected async Task ReopenAsync()
    {
        await Index.DisposeAsync();
        Index = await OpenAsync();
    }

    private protected async Task IndexAsync(EventPosition upTo, params EventRow[] rows)
    {
        for (var from = 0; from == 0 || from < rows.Length; from += IndexBatch.Capacity)
        {
            var batch = Index.RentBatch();
            foreach (var row in rows.Skip(from).Take(IndexBatch.Capacity)) batch.Add(row);
            var last = from + IndexBatch.Capacity >= rows.Length;
            await Index.IndexAsync(batch, last ? upTo : rows[from + batch.Count - 1].Position, Stop);
        }
    }

    private protected async Task IndexAsync(params EventRow[] rows)
    {
        await IndexAsync(rows[^1].Position, rows);
        await Index.FlushAsync(Stop);
    }

    [Fact]
    public async Task An_empty_index_stands_before_everything()
    {
        Assert.Equal(EventPosition.Start, Index.Position);
        Assert.Empty(await AllAsync());
    }

    [Fact]
    public async Task A_row_comes_back_as_it_went_in()
    {
        var full = ARow.Numbered(1) with
        {
            Subresource = "log",
            ObjectUid = "u-1",
            Reason = "Forbidden",
            IssuedCredentialId = "JTI=77",
            ListScope = "cluster",
            ExecCommand = "sh -c id",
            Impersonated = true,
            ImpersonatedUser = "root",
            DryRun = true,
            TimeSource = "envelope",
            Code = 403,
            Outcome = "denied",
            Decision = "forbid",
            Level = "RequestResponse",
        };
        var bare = new EventRow
        {
            EventId = new EventId(UInt128.MaxValue), Position = new EventPosition(3, 2, 1), Cluster = "c", AuditId = "", TimeMicros = 1, Verb = "",
        };
        await IndexAsync(full, bare);

        var rows = await AllAsync();

        Assert.Equal(2, rows.Count);
        Assert.Equivalent(full, rows[0], strict: true);
        Assert.Equivalent(bare, rows[1], strict: true);
        Assert.Equal(new EventPosition(3, 2, 1), Index.Position);
    }

    [Fact]
    public async Task Random_rows_come_back_as_they_went_in()
    {
        var text = Gen.OneOf(
            Gen.String[Gen.Char['a', 'z'], 0, 40],
            Gen.String[Gen.Char['\0', '\u00ff'], 0, 30],
            Gen.Int[11, 14].Select(length => new string('x', length)),   // around the length that fits into a vector's entry
            Gen.Const("\ud83d\ude00 pair"));
        var rows = Gen.Select(text, text, text.Array[0, 5], text, Gen.Bool).Array[3000].Generate(PCG.Parse("0N0XIzNsQ0O2"), null, out _);
        var expected = rows.Select((values, number) => ARow.Numbered(number) with
        {
            Name = values.Item1,
            UserAgent = values.Item5 ? null : values.Item2,
            UserGroups = values.Item3,
            SourceIps = values.Item3.Take(1).ToList(),
            RequestUri = values.Item4,
            Code = values.Item5 ? null : number % 600 + 1,
            DryRun = values.Item5,
        }).ToArray();
        await IndexAsync(expected);

        var found = await AllAsync(new EventQuery { Limit = 0, OldestFirst = true });

        Assert.Equal(expected.Length, found.Count);
        for (var at = 0; at < expected.Length; at++)
        {
            Assert.Equal(expected[at] with { UserGroups = [], SourceIps = [] }, found[at] with { UserGroups = [], SourceIps = [] });
            Assert.Equal(expected[at].UserGroups, found[at].UserGroups);
            Assert.Equal(expected[at].SourceIps, found[at].SourceIps);
        }
    }

    [Fact]
    public async Task Hostile_texts_neither_break_a_row_nor_a_search()
    {
        var huge = new string('\u20ac', 1 << 20);   // three bytes each
        await IndexAsync(
            ARow.Numbered(1) with { Name = "nul \0 inside" },
            ARow.Numbered(2) with { Name = "half \ud83d" },
            ARow.Numbered(3) with { Name = "'; drop table events; --" },
            ARow.Numbered(4) with { Name = huge, UserGroups = [huge, huge, .. Enumerable.Repeat("g", 5000)] },
            ARow.Numbered(5) with { Name = "\"%_\\" });

        Assert.Equal(1, Assert.Single(await AllAsync(new EventQuery { Name = "nul \0 inside" })).Position.Index);
        Assert.Equal("half \ufffd", Assert.Single(await AllAsync(new EventQuery { Name = "half \ud83d" })).Name);
        Assert.Equal(3, Assert.Single(await AllAsync(new EventQuery { Name = "'; drop table events; --" })).Position.Index);
        var cut = Assert.Single(await AllAsync(new EventQuery { Name = huge }));
        Assert.Equal((4, new string('\u20ac', 10_922), 1024), (cut.Position.Index, cut.Name, cut.UserGroups.Count));
        Assert.Equal(5, Assert.Single(await AllAsync(new EventQuery { Name = "\"%_\\" })).Position.Index);
    }

    [Fact]
    public async Task What_was_indexed_already_is_not_doubled()
    {
        await IndexAsync([.. Enumerable.Range(0, 10).Select(ARow.Numbered)]);

        await IndexAsync([.. Enumerable.Range(0, 8).Select(ARow.Numbered)]);     // all of it old
        await IndexAsync([.. Enumerable.Range(5, 10).Select(ARow.Numbered)]);    // half of it
        await ReopenAsync();
        await IndexAsync([.. Enumerable.Range(0, 16).Select(ARow.Numbered)]);    // all but one

        var rows = await AllAsync();
        Assert.Equal(16, rows.Count);
        Assert.Equal(16, rows.Select(row => row.EventId).Distinct().Count());
        Assert.Equal(ARow.Numbered(15).Position, Index.Position);
    }

    [Fact]
    public async Task The_position_moves_past_records_that_are_no_events()
    {
        await IndexAsync(new EventPosition(0, 9, 0));
        await Index.FlushAsync(Stop);
        Assert.Equal(new EventPosition(0, 9, 0), Index.Position);

        await ReopenAsync();
        Assert.Equal(new EventPosition(0, 9, 0), Index.Position);
    }

    [Fact]
    public async Task Closing_commits_what_was_accepted()
    {
        await IndexAsync(ARow.Numbered(2).Position, ARow.Numbered(1), ARow.Numbered(2));

        await ReopenAsync();

        Assert.Equal(ARow.Numbered(2).Position, Index.Position);
        Assert.Equal(2, (await AllAsync()).Count);
    }

    [Fact]
    public async Task Events_of_segments_that_retention_deleted_are_forgotten()
    {
        await IndexAsync(ARow.Numbered(1), ARow.Numbered(2) with { Position = new EventPosition(1, 0, 0) }, ARow.Numbered(3) with { Position = new EventPosition(2, 0, 0) });

        await Index.ForgetBeforeAsync(2, Stop);

        Assert.Equal(new EventPosition(2, 0, 0), Assert.Single(await AllAsync()).Position);
        Assert.Equal(new EventPosition(2, 0, 0), Index.Position);
    }

    [Fact]
    public async Task Searches_answer_while_rows_are_written()
    {
        var writing = Task.Run(async () =>
        {
            for (var number = 0; number < 20_000; number += 1000)
                await IndexAsync([.. Enumerable.Range(number, 1000).Select(ARow.Numbered)]);
        }, Stop);
        var last = 0;
        while (!writing.IsCompleted)
        {
            var rows = await AllAsync(new EventQuery { Limit = 0, Verb = "get" });
            Assert.Equal(0, rows.Count % 1000);   // whole commits only
            Assert.True(rows.Count >= last);
            last = rows.Count;
        }

        await writing;
        Assert.Equal(20_000, (await AllAsync()).Count);
    }
}
