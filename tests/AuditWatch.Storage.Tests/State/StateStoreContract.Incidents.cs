using AuditWatch.Detection.Incidents;
using AuditWatch.Storage.State;

namespace AuditWatch.Storage.Tests.State;

/// <summary>Incidents: what detection says of them, and what people joined and parted.</summary>
public abstract partial class StateStoreContract
{
    static Incident AnIncident(string id, params int[] alerts) => new()
    {
        IncidentId = id, Cluster = "prod-eu", Level = "high", FirstMicros = AnAlert.Noon + alerts[0], LastMicros = AnAlert.Noon + alerts[^1], Actors = ["actor-" + id],
        Steps = [.. alerts.Select(n => new IncidentStep(AnAlert.Numbered(n).AlertId, AnAlert.Noon + n, "rule", n == 9 ? "critical" : "high", $"did {n}", n == alerts[0] ? [] : ["same credential"]))],
        AlertCount = alerts.Length,
    };

    Task TellAsync(params Incident[] incidents) => _store.CommitAsync(Commit(0) with { Incidents = incidents }, Stop);

    async Task<string> StepsAsync(string id) => await _store.FindIncidentAsync(id, Stop) is { } stored
        ? $"{stored.Incident.IncidentId}: {string.Join(',', stored.Incident.Steps.Select(s => s.Line[4..]))}" : "none";

    async Task<string> IncidentsAsync(IncidentQuery? query = null) =>
        string.Join(' ', (await _store.ListIncidentsAsync(query ?? new IncidentQuery(), Stop)).Incidents.Select(s => s.Incident.IncidentId));

    [Fact]
    public async Task An_incident_comes_back_as_detection_last_told_it()
    {
        await TellAsync(AnIncident("a", 1, 2), AnIncident("b", 3));
        await TellAsync(AnIncident("a", 1, 2, 9) with { Level = "critical" });

        var found = await _store.FindIncidentAsync("a", Stop);
        Assert.Equivalent(AnIncident("a", 1, 2, 9) with { Level = "critical" }, found!.Incident, strict: true);
        Assert.Empty(found.Edits);
        Assert.Equal("a b", await IncidentsAsync());
        Assert.Equal("a", await IncidentsAsync(new IncidentQuery { MinLevel = "critical" }));
        Assert.Equal("", await IncidentsAsync(new IncidentQuery { Cluster = "dev" }));
        Assert.Equal("a", await IncidentsAsync(new IncidentQuery { SinceMicros = AnAlert.Noon + 4 }));
        var first = await _store.ListIncidentsAsync(new IncidentQuery { Limit = 1 }, Stop);
        Assert.Equal("b", await IncidentsAsync(new IncidentQuery { Limit = 1, Cursor = first.Next }));
        Assert.Equal("none", await StepsAsync("c"));
    }

    [Fact]
    public async Task What_people_joined_and_parted_survives_a_replay_and_can_be_taken_back()
    {
        Incident[] told = [AnIncident("a", 1, 2, 3), AnIncident("b", 4, 9), AnIncident("c", 5)];
        await TellAsync(told);
        Assert.Null(await _store.MergeIncidentsAsync("a", ["b"], "alice", "data", "one intruder", Stop));
        var (parted, why) = await _store.SplitIncidentAsync("a", [AnAlert.Numbered(2).AlertId, AnAlert.Numbered(4).AlertId], "bob", "data", null, Stop);
        Assert.Null(why);

        for (var replay = 0; replay < 2; replay++)
        {
            Assert.Equal("a: 1,3,9", await StepsAsync("a"));
            Assert.Equal("a: 1,3,9", await StepsAsync("b"));
            Assert.Equal($"{parted}: 2,4", await StepsAsync(parted!));
            Assert.Equal(string.Join(' ', "a", "c", parted), await IncidentsAsync());
            await TellAsync(AnIncident("a", 1));
            await TellAsync(told);
        }

        var whole = (await _store.FindIncidentAsync("a", Stop))!;
        Assert.Equal(("critical", 3L, AnAlert.Noon + 9), (whole.Incident.Level, whole.Incident.AlertCount, whole.Incident.LastMicros));
        Assert.Equal(["actor-a", "actor-b"], whole.Incident.Actors);
        Assert.Equal(["same credential", "joined by alice"], whole.Incident.Steps[2].Reasons);
        Assert.Equal(["alice merge", "bob split"], whole.Edits.Select(e => $"{e.Who} {e.Act}"));

        await TellAsync(AnIncident("b", 4, 9, 10));   // what detection learns later lands where people put it
        Assert.Equal("a: 1,3,9,10", await StepsAsync("a"));
        foreach (var edit in whole.Edits) Assert.True(await _store.UndoIncidentEditAsync(edit.Id, Stop));
        Assert.False(await _store.UndoIncidentEditAsync(whole.Edits[0].Id, Stop));
        Assert.Equal(("a: 1,2,3", "b: 4,9,10"), (await StepsAsync("a"), await StepsAsync("b")));
    }

    [Fact]
    public async Task What_detection_itself_joins_or_withdraws_takes_the_edits_along()
    {
        await TellAsync(AnIncident("a", 1), AnIncident("b", 2), AnIncident("c", 3), AnIncident("d", 4));
        Assert.Null(await _store.MergeIncidentsAsync("a", ["b"], "alice", "data", null, Stop));
        Assert.Null(await _store.MergeIncidentsAsync("a", ["c"], "alice", "data", null, Stop));

        await TellAsync(AnIncident("a", 1) with { IsWithdrawn = true, MergedInto = "c" }, AnIncident("c", 1, 3));
        Assert.Equal("c: 1,2,3", await StepsAsync("a"));
        Assert.Equal("d c", await IncidentsAsync());
        await TellAsync(AnIncident("d", 4) with { IsWithdrawn = true });
        Assert.Equal("none", await StepsAsync("d"));
    }

    [Fact]
    public async Task An_edit_of_an_incident_that_is_another_by_now_changes_nothing_and_says_how_it_stands()
    {
        await TellAsync(AnIncident("a", 1, 2), AnIncident("b", 3), AnIncident("c", 4));
        var seen = (await _store.FindIncidentAsync("a", Stop))!.Version;
        Assert.Null(await _store.MergeIncidentsAsync("a", ["b"], "alice", "data", null, Stop, seen));
        var joined = (await _store.FindIncidentAsync("a", Stop))!;
        Assert.NotEqual(seen, joined.Version);

        foreach (var late in (Func<Task>[])
        [
            () => _store.MergeIncidentsAsync("a", ["c"], "bob", "data", null, Stop, seen), () => _store.SplitIncidentAsync("b", [AnAlert.Numbered(1).AlertId], "bob", "data", null, Stop, seen),
            () => _store.UndoIncidentEditAsync(joined.Edits[0].Id, Stop, seen),
        ]) Assert.Equal(joined.Version, (await Assert.ThrowsAsync<StaleIncidentException>(late)).Now.Version);
        Assert.Equal("a: 1,2,3", await StepsAsync("a"));

        await TellAsync(AnIncident("b", 3, 5));   // what detection adds is a change too
        await Assert.ThrowsAsync<StaleIncidentException>(() => _store.UndoIncidentEditAsync(joined.Edits[0].Id, Stop, joined.Version));
        Assert.True(await _store.UndoIncidentEditAsync(joined.Edits[0].Id, Stop, (await _store.FindIncidentAsync("a", Stop))!.Version));
        Assert.Equal(seen, (await _store.FindIncidentAsync("a", Stop))!.Version);   // the same state again
    }

    [Fact]
    public async Task What_cannot_be_joined_or_parted_is_refused_with_its_reason()
    {
        await TellAsync(AnIncident("a", 1, 2), AnIncident("b", 3), AnIncident("x", 4) with { Cluster = "dev" });

        Assert.Contains("no incident 'z'", await _store.MergeIncidentsAsync("z", ["a"], "a", "data", null, Stop), StringComparison.Ordinal);
        Assert.Contains("no incident 'z'", await _store.MergeIncidentsAsync("a", ["z"], "a", "data", null, Stop), StringComparison.Ordinal);
        Assert.Contains("already", await _store.MergeIncidentsAsync("a", ["a"], "a", "data", null, Stop), StringComparison.Ordinal);
        Assert.Contains("of the cluster dev", await _store.MergeIncidentsAsync("a", ["x"], "a", "data", null, Stop), StringComparison.Ordinal);
        Assert.Contains("no step", (await _store.SplitIncidentAsync("a", [AnAlert.Numbered(3).AlertId], "a", "data", null, Stop)).Why, StringComparison.Ordinal);
        Assert.Contains("must stay", (await _store.SplitIncidentAsync("a", [AnAlert.Numbered(1).AlertId, AnAlert.Numbered(2).AlertId], "a", "data", null, Stop)).Why, StringComparison.Ordinal);
        Assert.Equal("x b a", await IncidentsAsync());
    }
}
