using AuditWatch.Detection.Alerts;
using AuditWatch.Events;
using AuditWatch.Storage.State;

namespace AuditWatch.Storage.Tests.State;

/// <summary>What people decide about alerts, and what evidence may do to it.</summary>
public abstract partial class StateStoreContract
{
    static TriageChange By(string who) => new(who, "data");

    static TriageChange Close(string who, Resolution resolution = Resolution.Noise) => By(who) with { Status = AlertStatus.Closed, Resolution = resolution };

    async Task<StoredAlert> FoundAsync(int number) => (await _store.FindAlertAsync(AnAlert.Numbered(number).AlertId, Stop))!;

    Task<TriageResult> TriageAsync(int number, TriageChange change, long? ifVersion = null) => _store.TriageAsync(AnAlert.Numbered(number).AlertId, change, ifVersion, Stop);

    [Fact]
    public async Task An_alert_goes_through_its_life_and_its_history_says_who_did_what()
    {
        await _store.CommitAsync(Commit(0, AnAlert.Numbered(1)), Stop);
        foreach (var change in (TriageChange[])
        [
            By("alice") with { Status = AlertStatus.Acknowledged },
            By("bob") with { AddTags = ["team/pay", "a_b"], Note = "looks like the nightly job" },
            By("bob") with { Assignee = "bob" },
            Close("bob", Resolution.BenignExpected) with { Note = "it is" },
            By("carol") with { Status = AlertStatus.Reopened, RemoveTags = ["a_b"] },
        ])
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            Assert.Equal(TriageVerdict.Done, (await TriageAsync(1, change)).Verdict);
        }

        var found = await FoundAsync(1);
        Assert.Equal((AlertStatus.Reopened, null, "bob", 2L, 5L, 6L), (found.Status, found.Triage.Resolution, found.Triage.Assignee, found.Triage.Notes, found.Triage.Revision, found.Version));
        Assert.Equal(["team/pay"], found.Triage.Tags);
        var history = await _store.HistoryAsync(found.Alert.AlertId, Stop);
        Assert.Equal(
            ["2 alice acknowledged", "3 bob tagged", "4 bob assigned", "5 bob closed", "6 carol reopened"],
            history.Select(act => $"{act.Version} {act.Who} {act.Act}"));
        Assert.Equal("alice", history[0].After.Assignee);   // whoever acknowledges takes it
        Assert.Equal((Resolution.BenignExpected, "it is"), (history[3].After.Resolution, history[3].Note));
        Assert.Equal([1L, 2L, 3L, 4L, 5L, 6L], (await _store.TakeDueAsync(10, Stop)).Select(entry => entry.Version));
    }

    [Fact]
    public async Task What_cannot_be_done_is_refused_with_its_reason_and_changes_nothing()
    {
        await _store.CommitAsync(Commit(0, AnAlert.Numbered(1), AnAlert.Numbered(2)), Stop);
        await TriageAsync(2, Close("alice"));
        foreach (var (number, change, why) in ((int, TriageChange, string)[])
        [
            (1, By("a") with { Status = AlertStatus.Closed }, "needs a resolution"),
            (1, By("a") with { Resolution = Resolution.Noise }, "goes with closing"),
            (1, By("a") with { Status = AlertStatus.New }, "cannot become new"),
            (1, By("a") with { Status = AlertStatus.Reopened }, "Only a closed alert"),
            (2, By("a") with { Status = AlertStatus.Acknowledged }, "reopen it first"),
            (1, By("a") with { AddTags = ["two words"] }, "no tag"),
            (1, By("a") with { AddTags = [""] }, "no tag"),
            (1, By("") with { Note = "x" }, "who does it"),
            (1, By("a") with { Note = " " }, "A note"),
            (1, By("a") with { Assignee = "b", Unassign = true }, "either"),
        ])
        {
            var result = await TriageAsync(number, change);
            Assert.Equal(TriageVerdict.Refused, result.Verdict);
            Assert.Contains(why, result.Why, StringComparison.Ordinal);
        }

        Assert.Equal(TriageVerdict.Missing, (await _store.TriageAsync("no-such-alert", By("a") with { Note = "x" }, null, Stop)).Verdict);
        Assert.Equal(TriageVerdict.Unchanged, (await TriageAsync(1, By("a") with { Unassign = true, RemoveTags = ["none"] })).Verdict);
        Assert.Equal((1L, 2L), ((await FoundAsync(1)).Version, (await FoundAsync(2)).Version));
    }

    [Fact]
    public async Task Triage_of_a_version_that_has_passed_is_refused_and_told_what_changed()
    {
        var alert = AnAlert.Numbered(1);
        await _store.CommitAsync(Commit(0, alert), Stop);
        await TriageAsync(1, By("alice") with { Assignee = "alice" }, ifVersion: 1);
        await _store.CommitAsync(Commit(1, alert with { Count = 2 }), Stop);

        var stale = await TriageAsync(1, Close("bob"), ifVersion: 1);

        Assert.Equal((TriageVerdict.Stale, 3L, 3L), (stale.Verdict, stale.Alert!.Version, stale.Alert.EvidenceVersion));
        Assert.Equal("alice assigned", $"{Assert.Single(stale.Since).Who} {stale.Since[0].Act}");
        Assert.Equal(AlertStatus.New, (await FoundAsync(1)).Status);
        Assert.Equal(TriageVerdict.Done, (await TriageAsync(1, Close("bob"), ifVersion: 3)).Verdict);
    }

    [Fact]
    public async Task More_evidence_opens_a_closed_alert_again_and_leaves_any_other_as_people_left_it()
    {
        var (closed, taken) = (AnAlert.Numbered(1), AnAlert.Numbered(2));
        await _store.CommitAsync(Commit(0, closed, taken), Stop);
        await TriageAsync(1, Close("alice") with { AddTags = ["x"], Assignee = "alice" });
        await TriageAsync(2, By("alice") with { Status = AlertStatus.Acknowledged });

        await _store.CommitAsync(Commit(1, closed with { Outcome = "denied" }), Stop);   // another stage of the same request is no news
        Assert.Equal(AlertStatus.Closed, (await FoundAsync(1)).Status);
        await _store.CommitAsync(Commit(2, closed with { Count = 2 }, taken with { Count = 2 }), Stop);

        var found = await FoundAsync(1);
        Assert.Equal((AlertStatus.Reopened, null, "alice"), (found.Status, found.Triage.Resolution, found.Triage.Assignee));
        Assert.Equal(["x"], found.Triage.Tags);
        var last = (await _store.HistoryAsync(closed.AlertId, Stop))[^1];
        Assert.Equal(("auditwatch", "reopened"), (last.Who, last.Act));
        Assert.Contains("1 requests when it was closed, 2 now", last.Note, StringComparison.Ordinal);
        Assert.Equal(AlertStatus.Acknowledged, (await FoundAsync(2)).Status);
    }

    [Fact]
    public async Task A_replay_that_counts_up_again_never_touches_what_people_decided()
    {
        var alert = AnAlert.Numbered(1);
        Alert[] told = [alert, alert with { Count = 2 }, alert with { Count = 3, Outcome = "denied" }];
        for (var step = 0; step < told.Length; step++) await _store.CommitAsync(Commit(step, told[step]), Stop);
        await TriageAsync(1, Close("alice", Resolution.TruePositive) with { Note = "contained" });

        for (var replay = 0; replay < 2; replay++)
            for (var step = 0; step < told.Length; step++) await _store.CommitAsync(Commit(step, told[step]), Stop);

        var found = await FoundAsync(1);
        Assert.Equal((AlertStatus.Closed, Resolution.TruePositive, 3L, 1L), (found.Status, found.Triage.Resolution, found.Alert.Count, found.Triage.Revision));
        await _store.CommitAsync(Commit(9, alert with { Count = 4 }), Stop);
        Assert.Equal(AlertStatus.Reopened, (await FoundAsync(1)).Status);
    }

    [Fact]
    public async Task Alerts_of_rules_that_say_so_are_closed_with_a_note_only()
    {
        await _store.CommitAsync(Commit(0, AnAlert.Numbered(1), AnAlert.Numbered(2) with { Rule = AnAlert.Numbered(2).Rule with { Id = "another", Name = "another" } }), Stop);
        await _store.RequireNotesAsync(["secret-read-by-unexpected-identity", "gone"], Stop);

        Assert.Contains("asks for a note", (await TriageAsync(1, Close("a"))).Why, StringComparison.Ordinal);
        Assert.Equal(TriageVerdict.Done, (await TriageAsync(2, Close("a"))).Verdict);
        Assert.Equal(TriageVerdict.Done, (await TriageAsync(1, Close("a") with { Note = "why" })).Verdict);
        await _store.RequireNotesAsync([], Stop);
        await TriageAsync(1, By("a") with { Status = AlertStatus.Reopened });
        Assert.Equal(TriageVerdict.Done, (await TriageAsync(1, Close("a"))).Verdict);
    }

    [Fact]
    public async Task A_bulk_change_takes_exactly_what_matched_and_can_be_taken_back()
    {
        var alerts = Enumerable.Range(1, 450).Select(number => AnAlert.Numbered(number) with { Cluster = number % 3 == 0 ? "dev" : "prod-eu" }).ToArray();
        await _store.CommitAsync(Commit(0, alerts), Stop);
        await TriageAsync(3, By("carol") with { Status = AlertStatus.Acknowledged, AddTags = ["mine"] });
        var dev = new AlertQuery { Cluster = "dev", Limit = 5 };
        Assert.Equal(150, await _store.CountAlertsAsync(dev, Stop));
        Assert.Null(await _store.TriageAllAsync(dev, "{}", Close("bob"), expected: 149, Stop));
        Assert.Equal(0, await _store.CountAlertsAsync(new AlertQuery { Status = AlertStatus.Closed }, Stop));

        var job = await _store.TriageAllAsync(dev, """{"cluster":"dev"}""", Close("bob") with { Note = "drill" }, expected: 150, Stop);

        Assert.Equal((150L, 150L, 0L, "done"), (job!.Matched, job.Changed, job.Skipped, job.State));
        Assert.Equal(150, await _store.CountAlertsAsync(new AlertQuery { Status = AlertStatus.Closed, Cluster = "dev" }, Stop));
        Assert.Equal(300, await _store.CountAlertsAsync(new AlertQuery { OnlyOpen = true }, Stop));
        Assert.All(await _store.HistoryAsync(AnAlert.Numbered(3).AlertId, Stop), act => Assert.Equal(act.Act == "closed" ? job.Id : null, act.Job));

        await TriageAsync(6, By("dave") with { Note = "wait" });
        var undone = await _store.UndoTriageAsync(job.Id, "bob", "data", Stop);

        Assert.Equal((149, 1, "undone"), (undone!.Value.PutBack, undone.Value.LeftAlone, undone.Value.Job.State));
        Assert.Equal("6", await IdsAsync(new AlertQuery { Status = AlertStatus.Closed }));
        var third = await FoundAsync(3);
        Assert.Equal((AlertStatus.Acknowledged, "carol"), (third.Status, third.Triage.Assignee));
        Assert.Equal(["mine"], third.Triage.Tags);
        Assert.Null(await _store.UndoTriageAsync(job.Id, "bob", "data", Stop));
        Assert.Equal([job.Id], (await _store.ListTriageJobsAsync(null, 10, Stop)).Select(each => each.Id));
    }

    [Fact]
    public async Task A_bulk_change_leaves_alone_what_it_may_not_change_and_counts_it()
    {
        await _store.CommitAsync(Commit(0, AnAlert.Numbered(1), AnAlert.Numbered(2)), Stop);
        await TriageAsync(1, Close("alice"));

        var job = await _store.TriageAllAsync(new AlertQuery(), "{}", By("bob") with { Status = AlertStatus.Acknowledged }, null, Stop);

        Assert.Equal((2L, 1L, 1L), (job!.Matched, job.Changed, job.Skipped));
        await Assert.ThrowsAsync<ArgumentException>(() => _store.TriageAllAsync(new AlertQuery(), "{}", By("bob") with { Status = AlertStatus.Closed }, null, Stop));
    }

    [Fact]
    public async Task Lists_find_alerts_by_what_people_said()
    {
        await _store.CommitAsync(Commit(0, [.. Enumerable.Range(1, 4).Select(AnAlert.Numbered)]), Stop);
        await TriageAsync(1, By("a") with { Assignee = "alice", AddTags = ["a_b", "z"] });
        await TriageAsync(2, By("a") with { AddTags = ["axb"] });
        await TriageAsync(3, Close("a", Resolution.Duplicate));

        Assert.Equal("1", await IdsAsync(new AlertQuery { Assignee = "alice" }));
        Assert.Equal("4,3,2", await IdsAsync(new AlertQuery { OnlyUnassigned = true }));
        Assert.Equal("1", await IdsAsync(new AlertQuery { Tag = "a_b" }));
        Assert.Equal("1", await IdsAsync(new AlertQuery { Tag = "z" }));
        Assert.Equal("", await IdsAsync(new AlertQuery { Tag = "%" }));
        Assert.Equal("", await IdsAsync(new AlertQuery { Tag = "a" }));
        Assert.Equal("3", await IdsAsync(new AlertQuery { Resolution = Resolution.Duplicate }));
        Assert.Equal("4,2,1", await IdsAsync(new AlertQuery { OnlyOpen = true }));
    }

    [Theory]
    [MemberData(nameof(HostileTexts))]
    public async Task Notes_and_names_keep_hostile_text(string text)
    {
        if (text.Length is 0 or > 256) return;
        await _store.CommitAsync(Commit(0, AnAlert.Numbered(1)), Stop);
        var result = await TriageAsync(1, By(text) with { Assignee = text, Note = "n" + text });

        Assert.Equal(text, result.Alert!.Triage.Assignee);
        var act = Assert.Single(await _store.HistoryAsync(AnAlert.Numbered(1).AlertId, Stop));
        Assert.Equal((text, "n" + text, text), (act.Who, act.Note, act.After.Assignee));
        Assert.Equal("1", await IdsAsync(new AlertQuery { Assignee = text }));
    }

    [Fact]
    public async Task Of_two_who_change_an_alert_at_the_same_version_one_wins()
    {
        await _store.CommitAsync(Commit(0, AnAlert.Numbered(1)), Stop);
        await using var second = await OpenAsync();

        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(() =>
            (n % 2 == 0 ? _store : second).TriageAsync(AnAlert.Numbered(1).AlertId, By($"p{n}") with { Assignee = $"p{n}" }, 1, Stop))));

        var winner = Assert.Single(results, result => result.Verdict == TriageVerdict.Done);
        Assert.Equal(7, results.Count(result => result.Verdict == TriageVerdict.Stale));
        Assert.Equal(winner.Alert!.Triage.Assignee, (await FoundAsync(1)).Triage.Assignee);
    }
}
