using System.Diagnostics;
using System.Security;
using System.Security.Cryptography;
using System.Text;
using AuditWatch.Detection.Rules;

namespace AuditWatch.Cli.Commands;

/// <summary>
/// The chains beside versions of a rule folder (<c>chains/*.cs</c>). They are code: without being asked to, nothing of a version is built and run, and both versions are judged with
/// this program's own.
/// </summary>
internal sealed class VersionChains(bool build) : IDisposable
{
    const string Sdk = "Microsoft.NET.Sdk";

    static readonly string[] References = ["AuditWatch.Detection", "AuditWatch.Events", "AuditWatch.Sigma", "NRules", "NRules.Fluent", "NRules.RuleModel"];

    readonly Dictionary<string, string> _built = new(StringComparer.Ordinal);
    readonly List<string> _folders = [];

    /// <summary>The rules of a version, with its chains.</summary>
    public RuleSources Sources(string dir)
    {
        var sources = RuleSources.Only([dir]);
        var files = Files(dir);
        return files.Count == 0 ? sources : build ? sources with { ChainAssemblies = [Build(files)] } : sources with { Chains = true };
    }

    /// <summary>Whether two versions have other chains, so that without building them something is left out.</summary>
    public bool LeavesOut(string from, string to) => !build && Digest(Files(from)) != Digest(Files(to));

    public void Dispose()
    {
        foreach (var folder in _folders)
        {
            try { Directory.Delete(folder, recursive: true); }
            catch (IOException) { /* An assembly that is loaded keeps its file on some systems; it lies in the temporary folder. */ }
            catch (UnauthorizedAccessException) { /* The same. */ }
        }
    }

    static List<string> Files(string dir) =>
        Path.Combine(dir, "chains") is var chains && Directory.Exists(chains) ? [.. Directory.EnumerateFiles(chains, "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal)] : [];

    static string Digest(List<string> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetFileName(file) + "\0"));
            hash.AppendData(File.ReadAllBytes(file));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // Two versions with the same chains share one assembly.
    string Build(List<string> files)
    {
        var digest = Digest(files);
        if (_built.TryGetValue(digest, out var known)) return known;
        var folder = Directory.CreateTempSubdirectory("auditwatch-chains").FullName;
        _folders.Add(folder);
        var compile = string.Concat(files.Select(f => $"<Compile Include=\"{SecurityElement.Escape(Path.GetFullPath(f))}\" />"));
        var references = string.Concat(References.Select(n => $"<Reference Include=\"{n}\"><HintPath>{SecurityElement.Escape(Path.Combine(AppContext.BaseDirectory, n + ".dll"))}</HintPath><Private>false</Private></Reference>"));
        var project = Path.Combine(folder, "Chains.csproj");
        // CS0436: the classes are compiled into this program too; the version's own count.
        File.WriteAllText(project, $"<Project Sdk=\"{Sdk}\"><PropertyGroup><TargetFramework>net10.0</TargetFramework><Nullable>enable</Nullable><ImplicitUsings>enable</ImplicitUsings><EnableDefaultCompileItems>false</EnableDefaultCompileItems>"
            + $"<NoWarn>CS0436</NoWarn><OutputPath>out</OutputPath><AppendTargetFrameworkToOutputPath>false</AppendTargetFrameworkToOutputPath></PropertyGroup><ItemGroup>{compile}{references}</ItemGroup></Project>");
        Run(folder, project);
        return _built[digest] = Path.Combine(folder, "out", "Chains.dll");
    }

    static void Run(string folder, string project)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        foreach (var argument in new[] { "build", project, "-c", "Release", "-v", "quiet", "--nologo", "-p:UseSharedCompilation=false", "-nodeReuse:false" }) start.ArgumentList.Add(argument);
        try
        {
            using var dotnet = Process.Start(start)!;
            var error = dotnet.StandardError.ReadToEndAsync();
            var output = dotnet.StandardOutput.ReadToEnd();
            dotnet.WaitForExit();
            if (dotnet.ExitCode == 0) return;
            var faults = (output + error.GetAwaiter().GetResult()).Split('\n').Where(l => l.Contains("error", StringComparison.Ordinal)).Select(l => l.Trim()).Distinct().Take(5);
            throw new CommandFault(ExitCode.Usage, $"The chains cannot be built:\n  {string.Join("\n  ", faults)}");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new CommandFault(ExitCode.Usage, $"--build-chains needs the .NET SDK; 'dotnet' cannot be started: {e.Message}");
        }
    }
}
