using AuditWatch.Ingest.Journal;
using AuditWatch.Storage.State;

namespace AuditWatch.Server.Hosting;

/// <summary>
/// A data folder, copied while its server runs or not, and put back. The state is copied first, at one moment, and the journal after it: so the journal holds everything
/// that the state speaks of, and at the next start detection goes on from the state's position as after a kill. The index is left out: it is made anew from the journal.
/// </summary>
public static class Backup
{
    static readonly string[] s_leftOut = ["lock", "journal", "exceptions.trial"];

    /// <summary>Copies a data folder into a new folder, a damaged journal as it is. Throws <see cref="StartFault"/> when it cannot be.</summary>
    /// <param name="data">The data folder.</param>
    /// <param name="target">The backup; must not exist.</param>
    /// <param name="withState">Whether the state is in the folder; false: it is in PostgreSQL, and whoever backs up has dumped it before.</param>
    /// <param name="clock">Says when it was made.</param>
    /// <param name="stop">Stops it; nothing is left behind.</param>
    public static async Task<VerifyReport> WriteAsync(string data, string target, bool withState, TimeProvider clock, CancellationToken stop)
    {
        var from = DataFolder.Look(data);
        if (!Directory.Exists(from.Journal)) throw new StartFault($"'{data}' holds no journal. Name the server's data folder with --data DIR.");
        if (withState && !File.Exists(from.State)) throw new StartFault($"'{data}' holds no state. If it is in PostgreSQL, dump it with pg_dump first and then say --without-state.");
        return await BuildAsync(target, async partial =>
        {
            if (withState) await StateCopy.WriteAsync(from.State, Path.Combine(partial, "state.db"), stop);
            var report = JournalCopy.Write(from.Journal, Path.Combine(partial, "journal"), stop);
            CopyOthers(from.Path, partial, stop);
            BackupManifest.Write(partial, clock.GetUtcNow(), withState, report.Records, Damage(report));
            return report;
        });
    }

    /// <summary>Puts a backup back as a data folder. Everything is checked, in the backup and as it was written; nothing is left behind when it is not whole.</summary>
    /// <param name="backup">What <see cref="WriteAsync"/> wrote.</param>
    /// <param name="data">The data folder; must not exist, or be empty.</param>
    /// <param name="stop">Stops it; nothing is left behind.</param>
    public static async Task<VerifyReport> RestoreAsync(string backup, string data, CancellationToken stop)
    {
        var manifest = BackupManifest.Check(backup);
        return await BuildAsync(data, async partial =>
        {
            var report = JournalCopy.Write(Path.Combine(backup, "journal"), Path.Combine(partial, "journal"), stop);
            if (report.Records != manifest.Records || Damage(report) != manifest.Damage)
                throw new StartFault($"'{backup}' is damaged: its journal holds {report.Records} records and had {manifest.Records}.{(report.Findings is [var first, ..] ? $" {first}" : "")} Take another backup.");
            foreach (var file in manifest.Files.Keys) Copy(Path.Combine(backup, file), Path.Combine(partial, file), stop);
            if (manifest.HasState && await StateCopy.FindFaultAsync(Path.Combine(partial, "state.db"), stop) is { } fault) throw new StartFault($"The state in '{backup}' cannot be used: {fault}");
            return report;
        });
    }

    // Under another name until it is whole, so that half a copy is never taken for one.
    static async Task<VerifyReport> BuildAsync(string target, Func<string, Task<VerifyReport>> build)
    {
        target = Path.GetFullPath(target).TrimEnd(Path.DirectorySeparatorChar);
        if (File.Exists(target) || (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any())) throw new StartFault($"'{target}' exists already; name a folder that does not.");
        var partial = target + ".partial";
        try
        {
            if (Directory.Exists(partial)) Directory.Delete(partial, recursive: true);   // of a run that was killed
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(partial);
            else Directory.CreateDirectory(partial, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var report = await build(partial);
            if (Directory.Exists(target)) Directory.Delete(target);
            Directory.Move(partial, target);
            return report;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartFault($"'{target}' cannot be written: {fault.Message}");
        }
        finally
        {
            if (Directory.Exists(partial)) Directory.Delete(partial, recursive: true);
        }
    }

    static int Damage(VerifyReport report) => report.Findings.Count + report.MoreFindings;

    static void CopyOthers(string from, string to, CancellationToken stop)
    {
        foreach (var path in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(from, path);
            var first = name.Split(Path.DirectorySeparatorChar)[0];
            if (s_leftOut.Contains(first) || first.StartsWith("state.db", StringComparison.Ordinal) || first.StartsWith("index.", StringComparison.Ordinal)) continue;
            Copy(path, Path.Combine(to, name), stop);
        }
    }

    static void Copy(string from, string to, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        File.Copy(from, to);
        using var written = new FileStream(to, FileMode.Open, FileAccess.ReadWrite);
        written.Flush(flushToDisk: true);
    }
}
