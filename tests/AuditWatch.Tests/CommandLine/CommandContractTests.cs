using System.Diagnostics;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.CommandLine;

/// <summary>What holds of every command: words that are none, what is not there, limits, and results that cannot be written.</summary>
public sealed class CommandContractTests(SharedServer shared)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("scna", "There is no command 'scna'. Did you mean 'scan'?")]
    [InlineData("rules lnit", "Did you mean 'lint'?")]
    [InlineData("alerts", "Name a command: list, show,")]
    [InlineData("alerts list --limt 3", "There is no option '--limt'. Did you mean '--limit'?")]
    [InlineData("scan --fial-on high a.log", "Did you mean '--fail-on'?")]
    [InlineData("alerts show one two", "'two' is one argument too many.")]
    [InlineData("timeline --user a --window soon", "--window takes a duration such as 15m, 24h or 7d, not 'soon'.")]
    [InlineData("events search --since 1.5", "--since takes RFC 3339")]
    public async Task What_is_misspelt_is_exit_2_with_what_was_probably_meant(string words, string sentence)
    {
        var result = await AuditWatchCommand.RunAsync(words.Split(' '));
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains(sentence, result.Error, StringComparison.Ordinal);
        Assert.Contains("--help'.", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_there_is_exit_2_and_a_sentence_and_a_list_ends_at_its_limit_and_says_so()
    {
        var server = await shared.Started;
        foreach (var collection in new[] { "events", "alerts", "incidents", "quarantine", "deadletters" })
        {
            var shown = await AuditWatchCommand.RunAsync(collection, "show", "none", "--server", server.Url);
            Assert.Equal((2, ""), (shown.ExitCode, shown.Output));
            Assert.Contains("There is no", shown.Error, StringComparison.Ordinal);
        }
        foreach (var cluster in new[] { "limits", "limits-too" }) (await server.PostAsync(cluster, Recorded.Body(Recorded.Lines().Take(50)))).Dispose();
        await server.SettleAsync();
        foreach (var list in new[] { "rules stats --cluster limits", "events search --cluster limits", "sources status" })
        {
            string[] arguments = [.. list.Split(' '), "--server", server.Url, "--limit"];
            var cut = await AuditWatchCommand.RunAsync([.. arguments, "1"]);
            Assert.Equal((0, 1, "There are more than 1 rows; --limit 0 shows all."), (cut.ExitCode, cut.Lines.Length, cut.Error.Trim()));
            var all = await AuditWatchCommand.RunAsync([.. arguments, "0"]);
            Assert.InRange(all.Lines.Length, 2, int.MaxValue);
            Assert.Equal("", all.Error);
        }
    }

    [Fact]
    public async Task Results_that_cannot_be_written_are_a_fault_and_not_silence()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "There is no /dev/full here.");
        var log = Path.Combine(Directory.CreateTempSubdirectory("aw-full").FullName, "a.log");
        await File.WriteAllBytesAsync(log, AuditLine.Utf8(AuditLine.History(20)), Stop);
        var start = new ProcessStartInfo("sh") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var word in new[] { "-c", """dotnet "$0" scan "$1" --rules "$2" >/dev/full; echo $? >&2; dotnet "$0" scan "$1" --rules "$2" >&-; echo $? >&2""", AuditWatchCommand.Dll, log, AuditLine.Rules() }) start.ArgumentList.Add(word);
        using var shell = Process.Start(start)!;
        shell.StandardInput.Close();
        var said = (await shell.StandardError.ReadToEndAsync(Stop)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["2", "2"], said.Where((_, i) => i % 2 == 1));
        Assert.All(said.Where((_, i) => i % 2 == 0), line => Assert.StartsWith("auditwatch: Results cannot be written to stdout: ", line, StringComparison.Ordinal));
    }
}
