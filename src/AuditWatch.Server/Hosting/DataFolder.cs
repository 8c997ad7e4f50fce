namespace AuditWatch.Server.Hosting;

/// <summary>Where everything lies in the data folder, and the lock that lets one process write there.</summary>
public sealed class DataFolder : IDisposable
{
    const int WouldBlock = 11;
    const int SharingViolation = unchecked((int)0x80070020);
    FileStream? _lock;

    DataFolder(string path) => Path = path;

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Journal segments.</summary>
    public string Journal => System.IO.Path.Combine(Path, "journal");

    /// <summary>The relational state.</summary>
    public string State => System.IO.Path.Combine(Path, "state.db");

    /// <summary>The embedded index.</summary>
    public string Index => System.IO.Path.Combine(Path, "index.duckdb");

    /// <summary>Opens for writing: makes the folder (mode 0700) and takes its lock. Throws <see cref="DataFolderInUseException"/> when another process has it.</summary>
    public static DataFolder Own(string path)
    {
        var folder = new DataFolder(System.IO.Path.GetFullPath(path));
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
            else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            folder._lock = new FileStream(System.IO.Path.Combine(folder.Path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException fault) when (fault.HResult is WouldBlock or SharingViolation)
        {
            throw new DataFolderInUseException(folder.Path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartFault($"The data folder '{folder.Path}' cannot be used: {fault.Message}");
        }
        return folder;
    }

    /// <summary>Names the places in a folder without taking its lock.</summary>
    public static DataFolder Look(string path) => new(System.IO.Path.GetFullPath(path));

    /// <inheritdoc/>
    public void Dispose() => _lock?.Dispose();
}

/// <summary>Another process is using the data folder.</summary>
public sealed class DataFolderInUseException(string path)
    : Exception($"'{path}' is in use by a running server. Stop it, or ask it with --server URL.");
