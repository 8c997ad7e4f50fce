using System.Globalization;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Ingest.Sources.Files;

/// <summary>
/// One log under one path, over all its rotations: its files are read one after the other, oldest first, each to its end before the next. Rotation by renaming, by
/// copy and truncation, and packing of the old are told apart by what the files are, not by what they are called.
/// </summary>
internal sealed partial class TailedLog(string path, FileTailOptions options, SourceStanding standing, TimeProvider time, ILogger log) : IDisposable
{
    static readonly TimeSpan s_missingFor = TimeSpan.FromMinutes(1);

    readonly List<TailedFile> _files = [];   // the first is being read, the others follow
    long _endedAt, _missingSince;
    long _endedSize = -1;
    bool _hasBegun;

    public string Path => path;

    /// <summary>Behind what is durable; null while nothing of it is.</summary>
    public TailPlace? Durable { get; set; }

    /// <summary>What was last remembered.</summary>
    public TailPlace? Saved { get; set; }

    /// <summary>Bytes that are there and not read yet.</summary>
    public long Behind => _files.Sum(f => f.IsPacked ? 0 : Math.Max(0, f.Size - f.Offset));

    /// <summary>The file is gone and was read to its end: nothing to keep open.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Begins where <paramref name="saved"/> says, or at the log's oldest file, or (<paramref name="atEnd"/>) behind what is there.</summary>
    public void Begin(TailPlace? saved, bool atEnd)
    {
        (_hasBegun, Durable, Saved) = (true, saved, saved);
        if (saved is not null) Resume(saved);
        else if (atEnd && Open(path) is { } live)
        {
            live.SkipToEnd();
            _files.Add(live);
            Durable = live.Place;
        }
        else if (!atEnd) _files.AddRange(Rotated());
        // Open from now on: it may be rotated before anything of it is read.
        if (_files.Count == 0 && Open(path) is { } first) Follow(first, (Durable?.Sequence ?? -1) + 1);
        standing.OnPartition(path, (Durable?.Sequence ?? 0) - 1);
    }

    /// <summary>The next whole lines; null when there are none for now.</summary>
    public TailLot? Gather()
    {
        if (!_hasBegun || IsOver) return null;
        while (true)
        {
            if (_files.Count == 0)
            {
                if (Open(path) is not { } live) return null;
                Follow(live, (Durable?.Sequence ?? -1) + 1);
                OnMissing(false);
            }
            var file = _files[0];
            if (file.TryAgain()) continue;
            var lot = file.Gather(path, isLast: false);
            if (file.IsTruncated)
            {
                OnTruncated(file);
                continue;
            }
            lot ??= AtEnd(file);
            if (lot is null && _files.Count > 0 && _files[0] == file) return null;
            if (lot is null) continue;
            if (lot.Lines.Count > 0) return lot;
            lot.Release();
        }
    }

    public void Dispose()
    {
        foreach (var file in _files) file.Dispose();
        _files.Clear();
    }

    // The rest of the file when nothing more will come, null otherwise; then either the file is left, or there is nothing to do for now.
    TailLot? AtEnd(TailedFile file)
    {
        if (file.Size != _endedSize) (_endedSize, _endedAt) = (file.Size, time.GetTimestamp());
        if (_files.Count == 1) LookForNext(file);
        if (_files.Count == 1 || !MayLeave(file)) return null;
        if (file.Gather(path, isLast: true) is { } rest) return rest;
        if (file.IsTruncated)
        {
            OnTruncated(file);
            return null;
        }
        if (file.Fault is { } fault) OnGap(fault + " What was behind that point is lost.");
        _files.RemoveAt(0);
        _files[0].Before = file.Before + file.Offset + 1;
        _endedSize = -1;
        file.Dispose();
        return null;
    }

    // The one behind it has something, so the writer went on there; and it had the time to finish here.
    bool MayLeave(TailedFile file) =>
        _files[1].Size > 0 && (file.IsPacked || time.GetElapsedTime(_endedAt) >= options.SettleAfter || time.GetUtcNow() - file.Modified >= 2 * options.SettleAfter);

    void LookForNext(TailedFile file)
    {
        var live = Open(path);
        if (live is null || IsSame(live, file))
        {
            live?.Dispose();
            OnMissing(live is null && file.Identity.IsKnown);
            return;
        }
        OnMissing(false);
        var between = Rotated(file.Age, file.Print, live);
        foreach (var one in between) Follow(one, 0);
        Follow(live, 0);
        LogRotated(log, standing.Name, path, between.Count);
    }

    void Resume(TailPlace saved)
    {
        if (saved.IsOver) return;
        if (Find(saved) is { } file)
        {
            Follow(file, saved.Before);
            return;
        }
        // Whatever began after it is read from its beginning; the live file follows by itself.
        foreach (var newer in Rotated(saved.Age)) Follow(newer, saved.Sequence + 1);
        OnGap($"The file of {path} that was being read is no longer there; what it held behind byte {saved.Offset} is lost if it was not read.");
    }

    void OnTruncated(TailedFile file)
    {
        var place = file.Place;
        // All of it is found before anything is changed: a file that cannot be opened now (somebody is still packing it) must cost nothing but a later try.
        var copy = Find(place);
        var behind = Rotated(place.Age, place.Print);
        var live = Open(path);
        _files.Remove(file);
        file.Dispose();
        _endedSize = -1;
        if (copy is null) OnGap($"{path} was cut short and no copy of it lies beside it; lines written since it was last looked at are lost.");
        else
        {
            // Its copy holds what was not read yet.
            copy.Before = place.Before;
            _files.Insert(0, copy);
        }

        foreach (var one in behind) Follow(one, place.Sequence + 1);
        if (live is not null) Follow(live, place.Sequence + 1);
        LogTruncated(log, standing.Name, path);
    }

    // The file that a place is in: the same one, or one with the same beginning that reaches as far (plain before packed, which may still be being written).
    TailedFile? Find(TailPlace place)
    {
        var candidates = new List<TailedFile>();
        if (Open(path) is { } live) candidates.Add(live);
        foreach (var name in RotatedNames.Beside(path))
            if (Open(name) is { } rotated) candidates.Add(rotated);
        var found = candidates.OrderByDescending(f => f.Identity == place.Identity && f.Identity.IsKnown).ThenBy(f => f.IsPacked)
            .FirstOrDefault(f => (place.Print.Length > 0 || f.Identity == place.Identity) && f.Is(place.Print) && f.TrySkipTo(place.Offset));
        foreach (var other in candidates.Where(f => f != found)) other.Dispose();
        if (found is not null) found.Before = place.Before;
        return found;
    }

    // The rotated files, oldest first, each content once (a file and its packed copy are one): those that are younger than one we know and do not begin like it.
    List<TailedFile> Rotated(FileAge? after = null, FilePrint? known = null, TailedFile? live = null)
    {
        var rotated = new List<TailedFile>();
        foreach (var name in RotatedNames.Beside(path))
        {
            if (Open(name) is not { } file) continue;
            var isWanted = file.Print.Length > 0 && (after is not { } age || file.Age.CompareTo(age) > 0) && !(known is { Length: > 0 } print && file.Is(print))
                && !(live is not null && IsSame(file, live)) && !rotated.Exists(r => r.Print == file.Print);
            if (isWanted) rotated.Add(file);
            else file.Dispose();
        }
        rotated.Sort((one, other) => one.Age.CompareTo(other.Age));
        return rotated;
    }

    static bool IsSame(TailedFile one, TailedFile other) =>
        one.Identity.IsKnown ? one.Identity == other.Identity : one.Print.Length > 0 ? other.Is(one.Print) : one.Path == other.Path;

    void Follow(TailedFile file, long before)
    {
        file.Before = before;
        _files.Add(file);
    }

    TailedFile? Open(string name)
    {
        try
        {
            return TailedFile.TryOpen(name, options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{name} cannot be read: {e.Message}", e);
        }
    }

    void OnMissing(bool isMissing)
    {
        if (!isMissing) _missingSince = 0;
        else if (_missingSince == 0) _missingSince = Math.Max(1, time.GetTimestamp());
        else if (time.GetElapsedTime(_missingSince) >= s_missingFor && Durable?.Sequence == _files[0].Place.Sequence)
        {
            // Let the disk have its space back.
            Durable = _files[0].Place with { IsOver = true };
            IsOver = true;
            Dispose();
        }
    }

    void OnGap(string what)
    {
        standing.OnGap(what);
        LogGap(log, standing.Name, what);
    }

    [LoggerMessage(3611, LogLevel.Information, "Source {Source}: {Path} was rotated ({Missed} files in between).")]
    static partial void LogRotated(ILogger log, string source, string path, int missed);

    [LoggerMessage(3612, LogLevel.Information, "Source {Source}: {Path} was truncated; it is read from its beginning, after the rest of its copy.")]
    static partial void LogTruncated(ILogger log, string source, string path);

    [LoggerMessage(3613, LogLevel.Error, "Source {Source}: {What}")]
    static partial void LogGap(ILogger log, string source, string what);
}
