using System.Globalization;
using AuditWatch.Detection.State;
using AuditWatch.Events;
using AuditWatch.Storage.State;
using Microsoft.Data.Sqlite;

namespace AuditWatch.Storage.Tests.State;

/// <summary>A process that commits is killed, ten times: what it said was durable is there, and no commit is there in part.</summary>
public sealed class StateCrashTests
{
    const int KeysPerCommit = 30;

    internal static async Task WriteUntilKilledAsync(string folder)
    {
        var store = await StateStore.OpenEmbeddedAsync(folder, TimeProvider.System);
        var from = (await store.LoadAsync("detect", CancellationToken.None)).Position.Index;
        for (var commit = from + 1; ; commit++)
        {
            await store.CommitAsync(new DetectionCommit("detect", new EventPosition(0, 0, commit),
                [.. Enumerable.Range(0, KeysPerCommit).Select(key => new StateChange("prod", "sighting", $"k{key}", BitConverter.GetBytes(commit), 0))],
                [AnAlert.Numbered(commit), AnAlert.Numbered(0) with { Count = commit + 1 }]), CancellationToken.None);
            Console.WriteLine(commit.ToString(CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public async Task Ten_kills_lose_nothing_and_leave_nothing_half_written()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(20251125);
        var committed = -1;
        for (var kill = 0; kill < 10; kill++)
        {
            using (var victim = Victim.Start("write-state-until-killed", folder.Path))
            {
                var last = await victim.KillAfterAsync(random.Next(1, 60));
                if (last is not null) committed = int.Parse(last, CultureInfo.InvariantCulture);
            }

            await using var store = await StateStore.OpenEmbeddedAsync(folder.Path, TimeProvider.System, stop: TestContext.Current.CancellationToken);
            var checkpoint = await store.LoadAsync("detect", CancellationToken.None);
            var at = checkpoint.Position.Index;

            Assert.InRange(at, committed, committed + 1);   // at most the commit that it was about to tell of
            Assert.Equal(KeysPerCommit, checkpoint.State.Count);
            Assert.All(checkpoint.State, kept => Assert.Equal(at, BitConverter.ToInt32(kept.Value!)));
            var alerts = await store.ListAlertsAsync(new AlertQuery { Limit = 0 }, CancellationToken.None);
            Assert.Equal(at + 1, alerts.Alerts.Count);
            Assert.Equal(alerts.Alerts.Sum(found => found.Version), (await store.OutboxBacklogAsync(CancellationToken.None)).Waiting);
            committed = at;
        }

        Assert.True(committed > 10);
        SqliteConnection.ClearAllPools();
    }
}
