using System.Globalization;
using AuditWatch.Events;
using AuditWatch.Storage.Index;

namespace AuditWatch.Storage.Tests.Index;

/// <summary>A process that indexes is killed, ten times: the rows are exactly those up to the position.</summary>
public sealed class DuckDbCrashTests
{
    internal static async Task IndexUntilKilledAsync(string folder)
    {
        // Small commits and a small log, so that kills hit appends, commits and checkpoints.
        var options = new DuckDbIndexOptions { CommitRows = 4000, CommitInterval = TimeSpan.FromMilliseconds(50) };
        var index = await DuckDbEventIndex.OpenAsync(folder, options, TimeProvider.System);
        var next = index.Position == EventPosition.Start ? 0 : NumberOf(index.Position) + 1;
        while (true)
        {
            var batch = index.RentBatch();
            while (batch.Count < 700) batch.Add(ARow.Numbered(next++));
            await index.IndexAsync(batch, ARow.Numbered(next - 1).Position, CancellationToken.None);
            Console.WriteLine(NumberOf(index.Position).ToString(CultureInfo.InvariantCulture));
        }
    }

    static int NumberOf(EventPosition position) => position.Frame * 100 + position.Index;

    [Fact]
    public async Task Ten_kills_neither_lose_nor_double_a_row()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(20251125);
        var committed = -1;
        for (var kill = 0; kill < 10; kill++)
        {
            using (var victim = Victim.Start("index-until-killed", folder.Path))
            {
                var last = await victim.KillAfterAsync(random.Next(1, 120));
                if (last is not null) committed = Math.Max(committed, int.Parse(last, CultureInfo.InvariantCulture));
            }

            await using var index = await DuckDbEventIndex.OpenAsync(folder.Path, new DuckDbIndexOptions(), TimeProvider.System, TestContext.Current.CancellationToken);
            var at = NumberOf(index.Position);
            Assert.True(at >= committed, $"the index said that {committed} was durable and is back at {at}");
            using var answer = await index.SqlAsync(new SqlQuestion(
                "select count(*), count(distinct event_id), count(distinct frame * 100 + \"index\"), coalesce(max(frame * 100 + \"index\"), -1) from events"),
                TestContext.Current.CancellationToken);
            Assert.Equal([at + 1L, at + 1L, at + 1L, at], answer.Rows().Single().Select(value => Convert.ToInt64(value, CultureInfo.InvariantCulture)));
            committed = at;
        }

        Assert.True(committed > 5000, $"only {committed} rows came through: the kills hit nothing");
    }
}
