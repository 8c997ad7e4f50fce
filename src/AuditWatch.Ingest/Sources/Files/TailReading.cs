using Microsoft.Extensions.Logging;

namespace AuditWatch.Ingest.Sources.Files;

/// <summary>One run of a source, on one thread.</summary>
internal sealed partial class TailReading(FileTailSource source) : IDisposable
{
    // Says that the source has begun once: files that appear later are read from their beginning, whatever `start` says.
    const string Begun = "";

    static readonly TimeSpan s_flushWait = TimeSpan.FromSeconds(7);

    readonly Dictionary<string, TailedLog> _logs = new(StringComparer.Ordinal);
    readonly Dictionary<PartitionLot, (TailedLog Log, TailLot Lot)> _underWay = [];
    readonly List<(TailedLog Log, TailLot Lot)> _gathered = [];
    readonly LotWriter _writer = new(source.Pipeline, source.Standing, source.Time);
    string? _fault;
    long _scannedAt, _savedAt;
    bool _hasScanned, _hasBegun;

    public void Run(CancellationToken stop)
    {
        source.Standing.State = SourceState.Starting;
        // Another run may have ended with lots under way: what they held is read again.
        _hasBegun = Wait(source.Checkpoints.FindAsync(source.Group, Begun, stop)) is not null;
        while (!stop.IsCancellationRequested)
        {
            Scan(stop);
            var isHigh = source.IsOverHighWater();
            var isNew = !isHigh && Gather();
            _writer.Settle(isNew ? TimeSpan.Zero : TimeSpan.FromMilliseconds(1));
            if (_gathered.Count > 0 && _writer.IsIdle) Write();
            Save(isLast: false);
            source.Standing.LagBytes = _logs.Values.Sum(l => l.Behind) + _gathered.Sum(g => g.Lot.Lines.Bytes);
            source.Standing.State = _writer.Fault is not null || _fault is not null ? SourceState.Failing : isHigh ? SourceState.Holding : SourceState.Running;
            if (isNew) continue;
            if (_writer.IsIdle || _writer.Fault is not null) stop.WaitHandle.WaitOne(source.Options.PollEvery);
            else _writer.Settle(source.Options.PollEvery);
        }
        _writer.Settle(s_flushWait);
        Save(isLast: true);
        source.Standing.OnNoPartitions();
        source.Standing.State = SourceState.Stopped;
    }

    public void Dispose()
    {
        foreach (var log in _logs.Values) log.Dispose();
    }

    void Scan(CancellationToken stop)
    {
        if (_hasScanned && source.Time.GetElapsedTime(_scannedAt) < source.Options.RescanEvery) return;
        _scannedAt = source.Time.GetTimestamp();
        try
        {
            var found = source.Options.Paths.SelectMany(PathPattern.Find).Distinct(StringComparer.Ordinal).ToList();
            // A pattern also meets rotated files; they belong to their log.
            foreach (var path in found.Where(p => !_logs.ContainsKey(p) && !found.Concat(_logs.Keys).Any(live => live != p && RotatedNames.IsRotationOf(live, p))))
            {
                var log = new TailedLog(path, source.Options, source.Standing, source.Time, source.Log);
                var saved = Wait(source.Checkpoints.FindAsync(source.Group, path, stop));
                log.Begin(saved is null ? null : TailPlace.Parse(saved.Position), source.Options.StartAtLatest && !_hasBegun);
                _logs.Add(path, log);
                LogFollows(source.Log, source.Standing.Name, path);
            }
            foreach (var over in _logs.Values.Where(l => l.IsOver && l.Saved == l.Durable).ToList())
            {
                _logs.Remove(over.Path);
                source.Standing.OnPartitionGone(over.Path);
            }
            SetFault(_logs.Count == 0 ? $"No file matches {string.Join(", ", source.Options.Paths)}." : null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            SetFault(e.Message);
        }
        if (!_hasBegun && _logs.Count > 0)
        {
            // Their beginnings first: a kill between the two must not make the next run begin with everything.
            Save(isLast: true);
            Wait(source.Checkpoints.SaveAsync(source.Group, Begun, new PartitionCheckpoint("begun", 1), source.Options.Name, CancellationToken.None));
            _hasBegun = true;
        }
        _hasScanned = true;
    }

    // A lot of each log at most, so that a log's lots become durable in their order.
    bool Gather()
    {
        var isNew = false;
        foreach (var log in _logs.Values)
        {
            if (_gathered.Exists(g => g.Log == log)) continue;
            try
            {
                if (log.Gather() is not { } lot) continue;
                _gathered.Add((log, lot));
                isNew = true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                SetFault(e.Message);
            }
        }
        return isNew;
    }

    void Write()
    {
        foreach (var one in _gathered) _underWay.Add(one.Lot.Lines, one);
        _writer.Write(_gathered.ConvertAll(g => g.Lot.Lines), OnDurable);
        _gathered.Clear();
    }

    void OnDurable(PartitionLot lines)
    {
        _underWay.Remove(lines, out var one);
        one.Log.Durable = one.Lot.Behind;
        one.Lot.Release();
    }

    void Save(bool isLast)
    {
        if (!isLast && source.Time.GetElapsedTime(_savedAt) < source.Options.CheckpointEvery) return;
        _savedAt = source.Time.GetTimestamp();
        foreach (var log in _logs.Values.Where(l => l.Durable is not null && l.Durable != l.Saved))
        {
            try
            {
                // A sequence that stands where it stood changes nothing in the store; one that is over stands one further.
                var sequence = log.Durable!.IsOver ? log.Durable.Sequence + 1 : log.Durable.Sequence;
                Wait(source.Checkpoints.SaveAsync(source.Group, log.Path, new PartitionCheckpoint(log.Durable.ToString(), sequence), source.Options.Name, CancellationToken.None));
                log.Saved = log.Durable;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                source.Standing.OnError($"The place in {log.Path} could not be saved: {e.Message}");
                return;
            }
        }
    }

    void SetFault(string? fault)
    {
        if (fault is not null && fault != _fault)
        {
            source.Standing.OnError(fault);
            LogFault(source.Log, source.Standing.Name, fault);
        }
        _fault = fault;
    }

    static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();

    static void Wait(Task task) => task.GetAwaiter().GetResult();

    [LoggerMessage(3614, LogLevel.Information, "Source {Source}: follows {Path}.")]
    static partial void LogFollows(ILogger log, string source, string path);

    [LoggerMessage(3615, LogLevel.Warning, "Source {Source}: {Fault}")]
    static partial void LogFault(ILogger log, string source, string fault);
}
