using System.Net;
using System.Text;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.Serving;

/// <summary>When the readers fall behind, posts are put off and nothing is lost.</summary>
public sealed class PressureTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Over_the_high_water_mark_posts_are_answered_429_with_Retry_After_until_the_readers_have_caught_up()
    {
        var folder = Directory.CreateTempSubdirectory("aw-pressure").FullName;
        await using var server = new ServerProcess(Path.Combine(folder, "data"), "http", [("AUDITWATCH_JOURNAL__HIGH_WATER", "1")]);
        await server.StartAsync();
        // Several at once without a pause, so that there is always something that the readers have still to read.
        var (accepted, busy) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async client =>
        {
            for (var batch = 0; Volatile.Read(ref busy) < 3; batch++)
            {
                using var answer = await server.PostAsync("prod", Recorded.Body(Enumerable.Range(0, 50).Select(i => Encoding.UTF8.GetBytes(AuditLine.OfNoNote(client * 1_000_000 + batch, i)))));
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    Interlocked.Add(ref accepted, 50);
                    continue;
                }
                Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
                Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
                Interlocked.Increment(ref busy);
            }
        }));
        await server.SettleAsync();
        var tries = 0;
        for (var caughtUp = false; !caughtUp && tries < 300; tries++, await Task.Delay(100, TestContext.Current.CancellationToken))
        {
            using var answer = await server.PostAsync("prod", AuditLine.Utf8(AuditLine.Of("last"), "no JSON"));
            caughtUp = answer.StatusCode == HttpStatusCode.OK;
        }
        await server.SettleAsync();
        output.WriteLine($"{accepted} events taken before {busy} posts were put off; {tries} tries until the readers had caught up.");
        Assert.Equal(accepted + 1, (await server.MetricsAsync())["auditwatch_journal_events_total"]);
        Assert.Single(await server.QuarantineAsync(1));
    }
}
