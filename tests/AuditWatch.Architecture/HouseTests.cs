using System.Text.RegularExpressions;
using Xunit;

namespace AuditWatch.Architecture;

/// <summary>Habits that a machine can check.</summary>
public sealed partial class HouseTests
{
    [Fact]
    public void No_source_file_is_longer_than_three_hundred_lines()
    {
        var long_ = Repository.Files("src", "*.cs").Concat(Repository.Files("detections", "*.cs"))
            .Select(f => (File: f, Lines: Repository.Read(f).Count(c => c == '\n'))).Where(f => f.Lines > 300);
        Assert.Empty(long_);
    }

    [Fact]
    public void Every_file_that_the_architecture_page_names_exists()
    {
        var named = NamedFile().Matches(Repository.Read("docs/architecture.md")).Select(m => m.Groups[1].Value).ToList();
        Assert.True(named.Count >= 20, "docs/architecture.md should name the files that run the show.");
        Assert.All(named, path => Assert.True(File.Exists(Path.Combine(Repository.Root, path)) || Directory.Exists(Path.Combine(Repository.Root, path)), $"docs/architecture.md names '{path}', which does not exist."));
    }

    [Fact]
    public void Every_command_line_in_the_README_names_a_real_command()
    {
        var commands = ReadmeCommand().Matches(Repository.Read("README.md")).Select(m => m.Groups[1].Value).Distinct().ToList();
        Assert.NotEmpty(commands);
        var tree = string.Concat(Repository.Files("src/AuditWatch", "*.cs").Select(Repository.Read));
        Assert.All(commands, c => Assert.Contains($"\"{c}\"", tree, StringComparison.Ordinal));
    }

    [Fact]
    public void The_top_level_holds_what_it_should_and_nothing_else()
    {
        string[] folders = ["src", "tests", "detections", "infra", "dashboards", "docs"];
        var found = Directory.GetDirectories(Repository.Root).Select(d => Path.GetFileName(d)!).Where(d => !d.StartsWith('.') && d is not ("auditwatch-data" or "TestResults" or "artifacts"));
        Assert.Equal(folders.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
        string[] files = ["AuditWatch.sln", "docker-compose.yml", "README.md", "LICENSE", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "global.json", ".editorconfig", ".gitignore"];
        Assert.All(files, f => Assert.True(File.Exists(Path.Combine(Repository.Root, f)), $"{f} is missing."));
    }

    [GeneratedRegex("`((?:src|tests|detections|infra|dashboards|docs|\\.ci)/[A-Za-z0-9_./-]*[A-Za-z0-9_])`")]
    private static partial Regex NamedFile();

    [GeneratedRegex("(?m)^(?:\\$ )?auditwatch ([a-z]+)")]
    private static partial Regex ReadmeCommand();
}
