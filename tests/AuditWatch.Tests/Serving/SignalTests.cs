using System.Net;
using System.Text;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.Serving;

/// <summary>How a server ends.</summary>
public sealed class SignalTests : IAsyncLifetime
{
    readonly ServerProcess _server = new(Path.Combine(Directory.CreateTempSubdirectory("aw-signal").FullName, "data"));

    public async ValueTask InitializeAsync() => await _server.StartAsync();

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task SIGTERM_under_load_ends_within_30_seconds_with_0_and_everything_acknowledged_is_there()
    {
        var acknowledged = 0;
        var begun = new TaskCompletionSource();
        var posters = Enumerable.Range(0, 4).Select(p => Task.Run(async () =>
        {
            for (var batch = 0; batch < 100_000; batch++)
            {
                try
                {
                    var body = Recorded.Body(Enumerable.Range(0, 20).Select(i => Encoding.UTF8.GetBytes(AuditLine.Of($"{p}-{batch}-{i}", resource: "pods"))));
                    using var answer = await _server.PostAsync("prod", body);
                    if (answer.StatusCode != HttpStatusCode.OK) return;
                    if (Interlocked.Add(ref acknowledged, 20) > 2000) begun.TrySetResult();
                }
                catch (HttpRequestException)
                {
                    return;
                }
            }
        }, TestContext.Current.CancellationToken)).ToList();
        await begun.Task;
        Assert.Equal(0, await _server.TerminateAsync());
        await Task.WhenAll(posters);
        var export = await AuditWatchCommand.RunAsync("journal", "export", "--data", _server.Data);
        Assert.Equal(0, export.ExitCode);
        // A post whose answer was cut off may be there too: at most the one that each poster had under way.
        Assert.InRange(export.Lines.Length, acknowledged, acknowledged + 4 * 20);
        Assert.Equal(0, (await AuditWatchCommand.RunAsync("journal", "verify", "--data", _server.Data)).ExitCode);
        Assert.Contains("Draining.", _server.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SIGINT_ends_it_with_130() => Assert.Equal(130, await _server.SignalAsync("INT"));
}
