using System.Globalization;
using AuditWatch.Detection.State;
using AuditWatch.Events;
using AuditWatch.Storage.State;
using AuditWatch.Testing;

namespace AuditWatch.Storage.Tests.State;

/// <summary>A process that has a reader is stopped, another takes the reader over and goes on, and then the first one is let go on as if nothing had been.</summary>
public sealed class ReaderTakeOverTests(SharedPostgres shared)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    // Commits one record for every line it is told, as a worker does for every frame it reads.
    internal static async Task CommitUntilOvertakenAsync(string[] place)
    {
        await using var store = place.Length == 1
            ? await StateStore.OpenEmbeddedAsync(place[0], TimeProvider.System)
            : await StateStore.OpenPostgresAsync(Place(int.Parse(place[0], CultureInfo.InvariantCulture), place[1]), TimeProvider.System);
        var epoch = await store.TakeReaderAsync("detect", "victim", CancellationToken.None);
        for (var record = 0; await Console.In.ReadLineAsync() is not null; record++)
        {
            try
            {
                await store.CommitAsync(CommitOf(record, epoch), CancellationToken.None);
                Console.WriteLine(record.ToString(CultureInfo.InvariantCulture));
            }
            catch (ReaderTakenOverException)
            {
                Console.WriteLine("overtaken");
                return;
            }
        }
    }

    [Fact]
    public async Task A_process_stopped_past_a_take_over_writes_nothing_when_it_goes_on()
    {
        using var folder = new TemporaryFolder();
        await using var store = await StateStore.OpenEmbeddedAsync(folder.Path, TimeProvider.System, stop: Stop);
        await OvertakeAsync(store, folder.Path);
    }

    [Fact]
    public async Task The_same_on_PostgreSQL()
    {
        var place = await shared.DatabaseAsync("overtaken");
        await using var store = await StateStore.OpenPostgresAsync(place, TimeProvider.System, stop: Stop);
        await OvertakeAsync(store, place.Port.ToString(CultureInfo.InvariantCulture), place.Database);
    }

    [Fact]
    public async Task A_writer_stopped_in_the_middle_of_its_commit_is_cut_off_and_then_overtaken()
    {
        var place = await shared.DatabaseAsync("cut_off");
        await using var stopped = await StateStore.OpenAsync(new PostgresStateDatabase(place, TimeProvider.System, new PostgresWaits { IdleSeconds = 1 }), TimeProvider.System, null, Stop);
        await using var store = await StateStore.OpenPostgresAsync(place, TimeProvider.System, stop: Stop);
        var epoch = await stopped.TakeReaderAsync("detect", "stopped", Stop);
        var (goOn, isInTheMiddle) = (new TaskCompletionSource(), new TaskCompletionSource());
        // What the database sees of a process that the system has stopped: a transaction that holds its locks and says nothing.
        var saving = stopped.CommitAsync(CommitOf(0, epoch) with { Changes = new Hesitant(isInTheMiddle, goOn) }, Stop);
        await isInTheMiddle.Task.WaitAsync(Stop);

        var taken = await store.TakeReaderAsync("detect", "successor", Stop);
        await store.CommitAsync(CommitOf(0, taken), Stop);
        goOn.SetResult();

        await Assert.ThrowsAsync<ReaderTakenOverException>(() => saving);
        Assert.Equal(new EventPosition(0, 0, 0), await store.ReadPositionAsync("detect", Stop));
    }

    static async Task OvertakeAsync(StateStore store, params string[] place)
    {
        using var victim = Victim.Start(["commit-until-overtaken", .. place]);
        for (var record = 0; record < 5; record++)
        {
            await victim.TellAsync("go on");
            Assert.Equal(record.ToString(CultureInfo.InvariantCulture), await victim.ReadLineAsync());
        }

        await victim.SignalAsync("STOP");
        for (var more = 0; more < 3; more++) await victim.TellAsync("go on");
        var epoch = await store.TakeReaderAsync("detect", "successor", Stop);
        var from = (await store.LoadAsync("detect", Stop)).Position.Index;
        Assert.Equal(4, from);
        for (var record = from + 1; record < 10; record++) await store.CommitAsync(CommitOf(record, epoch), Stop);
        await victim.SignalAsync("CONT");

        Assert.Equal("overtaken", await victim.ReadLineAsync());
        Assert.Null(await victim.ReadLineAsync());
        var checkpoint = await store.LoadAsync("detect", Stop);
        Assert.Equal(9, checkpoint.Position.Index);
        Assert.Equal(Enumerable.Range(0, 10).Select(KeyOf), checkpoint.State.Select(kept => kept.Key));
        var alerts = (await store.ListAlertsAsync(new AlertQuery { Limit = 0 }, Stop)).Alerts;
        Assert.Equal(10, alerts.Count);
        Assert.All(alerts, alert => Assert.Equal(1, alert.Version));
        Assert.Equal(10, (await store.OutboxBacklogAsync(Stop)).Waiting);
    }

    static string KeyOf(int record) => record.ToString("00", CultureInfo.InvariantCulture);

    static DetectionCommit CommitOf(int record, long epoch) =>
        new("detect", new EventPosition(0, 0, record), [new("prod", "sighting", KeyOf(record), [(byte)record], long.MaxValue)], [AnAlert.Numbered(record)]) { Epoch = epoch };

    static PostgresPlace Place(int port, string database) =>
        new() { Host = "127.0.0.1", Port = port, Database = database, Username = database, Password = () => PostgresServer.Password, Tls = false, MaxConnections = 6 };

    // Changes that are looked at only after the position was written, and that let nobody see them until told to.
    sealed class Hesitant(TaskCompletionSource isAsked, TaskCompletionSource goOn) : IReadOnlyList<StateChange>
    {
        public int Count
        {
            get
            {
                isAsked.TrySetResult();
                goOn.Task.Wait(TimeSpan.FromSeconds(60));
                return 0;
            }
        }

        public StateChange this[int index] => throw new ArgumentOutOfRangeException(nameof(index));

        public IEnumerator<StateChange> GetEnumerator() => Enumerable.Empty<StateChange>().GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
