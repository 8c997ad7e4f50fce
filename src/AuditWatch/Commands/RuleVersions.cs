using System.Diagnostics;
using System.Formats.Tar;

namespace AuditWatch.Cli.Commands;

/// <summary>Versions of a rule folder: folders as they lie there, or git revisions, unpacked beside the checkout and removed again.</summary>
internal sealed class RuleVersions(string folder) : IDisposable
{
    readonly List<string> _unpacked = [];

    /// <summary>The folder that a name means.</summary>
    public string Find(string version) => Directory.Exists(version) ? version : Unpack(version);

    public void Dispose()
    {
        foreach (var dir in _unpacked) Directory.Delete(dir, recursive: true);
    }

    string Unpack(string revision)
    {
        // A name that begins with a dash would be an option to git.
        if (revision.StartsWith('-')) throw new CommandFault(ExitCode.Usage, $"'{revision}' is neither a folder nor a revision.");
        var into = Directory.CreateTempSubdirectory("auditwatch-rules").FullName;
        _unpacked.Add(into);
        var start = new ProcessStartInfo("git") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { "archive", "--format=tar", revision, "--", folder }) start.ArgumentList.Add(argument);
        try
        {
            using var git = Process.Start(start)!;
            var error = git.StandardError.ReadToEndAsync();
            var unpacked = true;
            try
            {
                TarFile.ExtractToDirectory(git.StandardOutput.BaseStream, into, overwriteFiles: false);
            }
            catch (Exception e) when (e is IOException or InvalidDataException)
            {
                unpacked = false;
            }

            git.WaitForExit();
            if (git.ExitCode != 0 || !unpacked) throw new CommandFault(ExitCode.Usage, $"'{revision}' is no folder, and git cannot give '{folder}' of that revision: {error.GetAwaiter().GetResult().Trim()}");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new CommandFault(ExitCode.Usage, $"'{revision}' is no folder, and git cannot be started: {e.Message}");
        }

        return Path.Combine(into, folder);
    }
}
