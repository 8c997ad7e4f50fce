using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.Serving;

public sealed class StartTests
{
    [Theory]
    [InlineData("http://0.0.0.0:0", "--tls-cert")]
    [InlineData("https://127.0.0.1:0", "--tls-cert")]
    public async Task It_refuses_to_listen_unsafely_with_exit_2(string url, string remedy)
    {
        var result = await AuditWatchCommand.RunAsync("serve", "--listen", url);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(remedy, result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task An_unknown_key_refuses_to_start_with_a_suggestion()
    {
        var folder = Directory.CreateTempSubdirectory("aw-config").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "auditwatch.yaml"), "jurnal: {}", TestContext.Current.CancellationToken);
        var result = await AuditWatchCommand.RunAsync(["config", "show"], null, folder);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("Did you mean 'journal'?", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("scna")]
    [InlineData("scan", "--no-such-option")]
    [InlineData("timeline")]
    public async Task Wrong_usage_is_exit_2_on_stderr(params string[] arguments)
    {
        var result = await AuditWatchCommand.RunAsync(arguments);
        Assert.Equal(2, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.NotEmpty(result.Error);
    }

    [Fact]
    public async Task A_server_out_of_reach_is_exit_4()
    {
        var result = await AuditWatchCommand.RunAsync("alerts", "list", "--server", "http://127.0.0.1:1");
        Assert.Equal(4, result.ExitCode);
    }
}
