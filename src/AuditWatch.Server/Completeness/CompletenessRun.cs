using System.Globalization;
using System.Text.Json;
using AuditWatch.Detection.State;
using AuditWatch.Events;
using AuditWatch.Events.Health;
using AuditWatch.Ingest.Completeness;
using AuditWatch.Ingest.Journal;
using AuditWatch.Storage.State;
using Microsoft.Extensions.Logging;
using EventId = AuditWatch.Events.EventId;

namespace AuditWatch.Server.Completeness;

/// <summary>
/// Journal, or one partition of it → accounts of API servers: a reader with a position of its own, saved together with the accounts, so that a kill neither loses nor doubles an event in
/// them. What it notices goes back into the journal as health records and is judged like everything else there.
/// </summary>
sealed partial class CompletenessRun(string reader, IJournal journal, StateStore state, CompletenessLedger ledger, TimeProvider clock, ILogger log)
{
    public const string Kind = "api-server", ComparisonKind = "comparison";
    static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1), SaveEvery = TimeSpan.FromSeconds(5);

    readonly Lock _gate = new();
    readonly List<HealthFact> _facts = [];
    EventPosition _read, _saved;
    long _savedAt;

    /// <summary>The epoch under which the reader was taken over; null: nobody else can have it.</summary>
    public long? Epoch { get; init; }

    /// <summary>The last record that the accounts hold.</summary>
    public EventPosition Read
    {
        get
        {
            lock (_gate) return _read;
        }
    }

    /// <summary>Key of an account in the saved state; its cluster is a column of its own.</summary>
    public static string KeyOf(ApiServerKey key) => JsonSerializer.Serialize<string[]>([key.Source, key.Name]);

    /// <summary>What was saved of the accounts.</summary>
    public static IEnumerable<(ApiServerKey Key, byte[] Saved)> Saved(DetectionCheckpoint checkpoint) =>
        from row in checkpoint.State
        where row is { Kind: Kind, Value: not null }
        let key = JsonSerializer.Deserialize<string[]>(row.Key)
        where key is { Length: 2 }
        select (new ApiServerKey(row.Cluster, key[0], key[1]), row.Value);

    /// <summary>What was saved of the comparisons with API servers' own counters.</summary>
    public static IEnumerable<(string Cluster, byte[] Saved)> SavedComparisons(DetectionCheckpoint checkpoint) =>
        from row in checkpoint.State
        where row is { Kind: ComparisonKind, Value: not null }
        select (row.Cluster, row.Value);

    /// <summary>A fact that others noticed.</summary>
    public void Add(HealthFact fact) => _facts.Add(fact);

    /// <summary>Reads until it is told to stop.</summary>
    /// <param name="read">The frames behind a position.</param>
    /// <param name="end">Where they end now.</param>
    /// <param name="look">Called every second with the time, before silence is judged.</param>
    /// <param name="stop">Stops.</param>
    /// <exception cref="ReaderTakenOverException">Another process has the reader now.</exception>
    public async Task RunAsync(Func<EventPosition, CancellationToken, IAsyncEnumerable<JournalFrame>> read, Func<EventPosition> end, Func<long, CancellationToken, ValueTask> look, CancellationToken stop)
    {
        var checkpoint = await state.LoadAsync(reader, stop);
        ledger.Restore(Saved(checkpoint));
        ledger.RestoreComparisons(SavedComparisons(checkpoint));
        _read = _saved = checkpoint.Position;
        ledger.Start(Now());
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var reading = ReadAsync(read, ended.Token);
        using var timer = new PeriodicTimer(LookEvery, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                var now = Now();
                await look(now, stop);
                lock (_gate)
                {
                    if (_read >= end()) ledger.Look(now);
                }
                await SaveAsync(isLast: false, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
        finally
        {
            await ended.CancelAsync();
            await reading;
        }

        await SaveAsync(isLast: true, CancellationToken.None);
    }

    async Task ReadAsync(Func<EventPosition, CancellationToken, IAsyncEnumerable<JournalFrame>> read, CancellationToken stop)
    {
        for (var pause = TimeSpan.FromSeconds(1); !stop.IsCancellationRequested; pause = pause * 2 < TimeSpan.FromMinutes(1) ? pause * 2 : pause)
        {
            try
            {
                await foreach (var frame in read(_read, stop)) Take(frame);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                CouldNotRead(log, _read, fault);
                await Task.Delay(pause, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    void Take(JournalFrame frame)
    {
        lock (_gate)
        {
            ledger.Observe(frame);
            _read = frame.PositionOf(frame.Records.Count - 1);
        }
    }

    // Facts first: a crash between the two finds them again, with the same ids, and the journal knows them.
    async Task SaveAsync(bool isLast, CancellationToken stop)
    {
        IReadOnlyList<(ApiServerKey Key, byte[]? Saved)> changed = [];
        IReadOnlyList<(string Cluster, byte[] Saved)> comparisons = [];
        EventPosition read;
        lock (_gate)
        {
            _facts.AddRange(ledger.TakeFacts());
            read = _read;
            var isAnew = ledger.IsSaveDue(Now());
            var isDue = isLast || isAnew || _facts.Count > 0 || clock.GetElapsedTime(_savedAt) >= SaveEvery;
            if (!isDue || (read == _saved && !isAnew && _facts.Count == 0)) return;
            changed = ledger.TakeChanged();
            comparisons = ledger.SaveComparisons(Now());
        }

        try
        {
            foreach (var facts in _facts.GroupBy(f => f.Cluster, StringComparer.Ordinal).ToList())
            {
                await JournalAsync(journal, facts.Key, [.. facts], CancellationToken.None);
                foreach (var fact in facts) Noticed(log, fact.Sentence);
                _facts.RemoveAll(f => f.Cluster == facts.Key);
            }

            await state.CommitAsync(new DetectionCommit(reader, read, [.. changed.Select(c => new StateChange(c.Key.Cluster, Kind, KeyOf(c.Key), c.Saved, long.MaxValue)),
                .. comparisons.Select(c => new StateChange(c.Cluster, ComparisonKind, "", c.Saved, long.MaxValue))], [])
            { Epoch = Epoch }, stop);
            (_saved, _savedAt) = (read, clock.GetTimestamp());
        }
        catch (ReaderTakenOverException) when (!isLast)
        {
            throw;
        }
        catch (Exception fault) when (fault is not OperationCanceledException || isLast)
        {
            ledger.Unsaved(changed.Select(c => c.Key));
            CouldNotSave(log, fault);
        }
        catch (OperationCanceledException)
        {
            ledger.Unsaved(changed.Select(c => c.Key));
        }
    }

    /// <summary>Facts of one cluster → journal, which knows those that come again.</summary>
    public static ValueTask<AppendResult> JournalAsync(IJournal journal, string cluster, IReadOnlyList<HealthFact> facts, CancellationToken stop) => journal.AppendAsync(
        new JournalBatch(cluster, "health", "", RecordKind.Health, [.. facts.Select(f => (ReadOnlyMemory<byte>)f.ToJson())])
        {
            Ids = [.. facts.Select(f => new EventId(UInt128.Parse(f.Id, NumberStyles.HexNumber, CultureInfo.InvariantCulture)))],
            EventTimes = [.. facts.Select(f => f.TimeMicros)],
        }, stop);

    long Now() => (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    [LoggerMessage(3320, LogLevel.Warning, "{Sentence}.")]
    static partial void Noticed(ILogger log, string sentence);

    [LoggerMessage(3321, LogLevel.Warning, "The accounts of API servers could not be saved; it is tried again.")]
    static partial void CouldNotSave(ILogger log, Exception fault);

    [LoggerMessage(3322, LogLevel.Warning, "The journal could not be read behind {Position} for the accounts of API servers; it is tried again.")]
    static partial void CouldNotRead(ILogger log, EventPosition position, Exception fault);
}
