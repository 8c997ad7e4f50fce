using System.Security.Cryptography;

namespace AuditWatch.Events.Redaction;

/// <summary>The installation's secret key for marks: 32 random bytes, made once, kept in the data folder (mode 0600), so that the same secret has the same mark for good.</summary>
public sealed class RedactionKey
{
    /// <summary>Name of its file in the data folder.</summary>
    public const string FileName = "redaction.key";

    const int Length = 32;

    RedactionKey(byte[] bytes) => Bytes = bytes;

    /// <summary>The key.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>By which two keys are told apart without showing them.</summary>
    public string Mark => Convert.ToHexStringLower(HMACSHA256.HashData(Bytes.Span, "auditwatch: which key is this"u8).AsSpan(0, 8));

    /// <summary>Loads the key of a data folder, or makes it when there is none yet. Two processes that start at once end with the same key.</summary>
    /// <exception cref="InvalidDataException">The file is there and is no key.</exception>
    public static RedactionKey LoadOrCreate(string dataFolder)
    {
        ArgumentException.ThrowIfNullOrEmpty(dataFolder);
        var path = Path.Combine(dataFolder, FileName);
        if (!File.Exists(path)) Create(dataFolder, path);
        return Load(path);
    }

    /// <summary>Loads a key by its file's name.</summary>
    /// <exception cref="InvalidDataException">The file is no key.</exception>
    public static RedactionKey Load(string path)
    {
        var bytes = File.ReadAllBytes(path);
        return bytes.Length == Length ? new RedactionKey(bytes)
            : throw new InvalidDataException($"{path} is {bytes.Length} bytes long, a redaction key has {Length}. Restore it from a backup; or delete it, then a new key is made and equal secrets get other marks from now on.");
    }

    static void Create(string dataFolder, string path)
    {
        Directory.CreateDirectory(dataFolder);
        var made = Path.Combine(dataFolder, Path.GetRandomFileName());
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(made, options))
        {
            file.Write(RandomNumberGenerator.GetBytes(Length));
            file.Flush(flushToDisk: true);
        }
        // Moving without overwriting is a look and then a step, so whoever starts at the same moment waits at a lock in between.
        using var turn = Lock(Path.Combine(dataFolder, FileName + ".lock"));
        if (File.Exists(path)) File.Delete(made);   // the other process was faster: its key counts
        else File.Move(made, path, overwrite: false);
    }

    static FileStream Lock(string path)
    {
        for (var wait = new SpinWait(); ; wait.SpinOnce())
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
            }
            catch (IOException) when (wait.Count < 5_000)
            {
                // Somebody else is in between; that takes no longer than a rename. After some seconds it is something else, and thrown.
            }
        }
    }
}
