using AuditWatch.Storage.State;

namespace AuditWatch.Storage.Tests.State;

/// <summary>What processes say of themselves.</summary>
public abstract partial class StateStoreContract
{
    [Fact]
    public async Task What_a_process_says_of_itself_takes_the_place_of_what_it_said_and_is_forgotten_when_it_is_gone()
    {
        await _store.SaveProcessReportAsync("a 1", "first", Stop);
        await _store.SaveProcessReportAsync("b 2", "hostile \0 \ud800", Stop);
        _clock.Advance(TimeSpan.FromSeconds(40));
        await _store.SaveProcessReportAsync("a 1", "second", Stop);
        Assert.Equal(new Dictionary<string, string> { ["a 1"] = "second", ["b 2"] = "hostile \0 \ud800" }, await _store.ListProcessReportsAsync(TimeSpan.FromMinutes(1), Stop));
        Assert.Equal(["a 1"], (await _store.ListProcessReportsAsync(TimeSpan.FromSeconds(30), Stop)).Keys);
        _clock.Advance(TimeSpan.FromHours(2));
        await _store.SaveProcessReportAsync("c 3", "third", Stop);
        Assert.Equal(["c 3"], (await _store.ListProcessReportsAsync(TimeSpan.FromDays(1), Stop)).Keys);
    }

    [Fact]
    public async Task Repeats_that_several_processes_count_at_once_are_added_up()
    {
        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => _store.AddRepeatsAsync(i % 2 == 0
            ? [new ApiServerRepeats("a", "webhook", "one", 1), new ApiServerRepeats("b", "webhook", "\0", 10)]
            : [new ApiServerRepeats("b", "webhook", "\0", 10), new ApiServerRepeats("a", "webhook", "one", 1)], Stop)));
        Assert.Equal([new ApiServerRepeats("a", "webhook", "one", 6), new ApiServerRepeats("b", "webhook", "\0", 60)], await _store.ListRepeatsAsync(Stop));
        _clock.Advance(TimeSpan.FromDays(31));
        await _store.AddRepeatsAsync([new ApiServerRepeats("a", "webhook", "one", 2)], Stop);
        Assert.Equal([new ApiServerRepeats("a", "webhook", "one", 8)], await _store.ListRepeatsAsync(Stop));
    }
}
