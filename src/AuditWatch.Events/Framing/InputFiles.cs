namespace AuditWatch.Events.Framing;

/// <summary>What the PATHs of a command line stand for: files, folders (their files, by name), and standard input.</summary>
/// <param name="Files">The inputs, in the order of the paths.</param>
/// <param name="Problems">A sentence for each path that stands for nothing that can be read.</param>
public sealed record InputFiles(IReadOnlyList<InputFile> Files, IReadOnlyList<string> Problems)
{
    /// <summary>The path that stands for standard input.</summary>
    public const string StandardInput = "-";

    /// <summary>Bytes of all inputs together, as they lie there; null when one of them does not say.</summary>
    public long? TotalSize => Files.All(file => file.Size is not null) ? Files.Sum(file => file.Size) : null;

    /// <summary>Looks the paths up. Nothing is opened yet.</summary>
    public static InputFiles Resolve(IEnumerable<string> paths, Func<Stream> openStandardInput)
    {
        List<InputFile> files = [];
        List<string> problems = [];
        foreach (var path in paths)
        {
            if (path == StandardInput)
                AddStandardInput(files, problems, openStandardInput);
            else if (Directory.Exists(path))
                AddFolder(path, files, problems);
            else if (File.Exists(path))
                files.Add(FileAt(path));
            else
                problems.Add($"{path}: there is no such file or folder; check the path");
        }
        return new InputFiles(files, problems);
    }

    static void AddStandardInput(List<InputFile> files, List<string> problems, Func<Stream> open)
    {
        if (files.Exists(file => file.Name == StandardInput))
            problems.Add("-: standard input can be read only once; name it once");
        else
            files.Add(new InputFile(StandardInput, null, open));
    }

    static void AddFolder(string folder, List<InputFile> files, List<string> problems)
    {
        try
        {
            var inside = Directory.GetFiles(folder);
            Array.Sort(inside, StringComparer.Ordinal);
            if (inside.Length == 0)
                problems.Add($"{folder}: there is no file in this folder (folders inside it are not entered); name the folder that holds the files");
            // A pipe or a device that lies there is no regular file: opened, it could be waited for without end. Like an empty file it has no length.
            files.AddRange(inside.Where(path => LengthOf(path) != 0).Select(FileAt));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{folder}: the folder cannot be read ({fault.Message}); check its permissions");
        }
    }

    static InputFile FileAt(string path)
    {
        var length = LengthOf(path);
        // Pipes, such as a shell's <(…), say 0 and have content all the same.
        return new InputFile(path, length > 0 ? length : null, () => OpenFile(path));
    }

    // What a link leads to counts; one that leads nowhere has a length, so that opening it tells.
    static long LengthOf(string path)
    {
        var file = new FileInfo(path);
        return file.LinkTarget is not null && file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Exists: true } target ? target.Length : file.Length;
    }

    // Blocks are read whole, so a buffer in between would only copy.
    static FileStream OpenFile(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, FileOptions.SequentialScan);
}
