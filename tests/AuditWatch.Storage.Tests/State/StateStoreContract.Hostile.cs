using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.State;
using AuditWatch.Events;
using AuditWatch.Storage.State;

namespace AuditWatch.Storage.Tests.State;

/// <summary>Texts of events are the attacker's.</summary>
public abstract partial class StateStoreContract
{
    public static TheoryData<string> HostileTexts =>
    [
        "nul \0 inside",
        "half a pair \ud83d and the other half \ude00",
        "\udc00\ud800",
        "a whole pair \ud83d\ude00 and the mark \u001a0000 itself",
        "'; drop table alert; --",
        "\"quotes\" `ticks` \\ backslash % _ @id :id $1",
        "\r\n\t\u0085\u2028\u202e",
        new string('n', 1 << 20),
        "",
    ];

    [Theory]
    [MemberData(nameof(HostileTexts))]
    public async Task Hostile_text_is_kept_found_and_given_back_unchanged(string text)
    {
        var alert = AnAlert.Numbered(1) with
        {
            Cluster = text,
            Actor = AnAlert.Numbered(1).Actor with { User = text },
            Object = new AlertObject("", "secrets", null, text, "n"),
        };
        await _store.CommitAsync(new DetectionCommit("detect", new EventPosition(0, 0, 0),
            [new(text, "sighting", text, [1], 1), new(text, "sighting", text, [2], 2)], [alert, AnAlert.Numbered(2)]), Stop);

        var kept = Assert.Single((await _store.LoadAsync("detect", Stop)).State);
        Assert.Equal(text, kept.Key);
        Assert.Equal(text, kept.Cluster);
        Assert.Equal([2], kept.Value!);
        Assert.Equal(alert.AlertId, Assert.Single((await _store.ListAlertsAsync(new AlertQuery { User = text }, Stop)).Alerts).Alert.AlertId);
        Assert.Equal(alert.AlertId, Assert.Single((await _store.ListAlertsAsync(new AlertQuery { Cluster = text }, Stop)).Alerts).Alert.AlertId);
        Assert.Equal(alert.AlertId, Assert.Single((await _store.ListAlertsAsync(new AlertQuery { Namespace = text }, Stop)).Alerts).Alert.AlertId);
    }

    [Theory]
    [MemberData(nameof(HostileTexts))]
    public async Task A_quarantine_note_keeps_hostile_text_too(string text)
    {
        var note = new QuarantineNote(new EventPosition(1, 2, 3), text, text, text, 5, 6);
        await _store.AddQuarantineNotesAsync([note, note], Stop);
        await _store.AddQuarantineNotesAsync([note with { Reason = "another" }], Stop);

        Assert.Equal(note, Assert.Single(await _store.ListQuarantineAsync(null, 0, Stop)));
    }

    [Theory]
    [MemberData(nameof(HostileTexts))]
    public async Task What_nobody_wrote_is_not_found_whatever_is_asked_for(string text)
    {
        await _store.CommitAsync(Commit(0, AnAlert.Numbered(1)), Stop);

        Assert.Null(await _store.FindAlertAsync(text, Stop));
        Assert.Empty(await _store.HistoryAsync(text, Stop));
        Assert.Equal(TriageVerdict.Missing, (await _store.TriageAsync(text, new TriageChange("me", "token") { Note = "n" }, null, Stop)).Verdict);
        Assert.Null(await _store.FindIncidentAsync(text, Stop));
        Assert.NotNull(await _store.MergeIncidentsAsync(text, [text], "me", "token", null, Stop));
        Assert.NotNull((await _store.SplitIncidentAsync(text, [text], "me", "token", null, Stop)).Why);
        Assert.Null(await _store.FindClusterByTokenAsync(text, Stop));
        Assert.Null(await _store.FindClusterByClientCnAsync(text, Stop));
        Assert.Empty(await _store.ListMessagesAsync(null, text, null, 10, Stop));
        Assert.Empty(await _store.ListFalcoNotesAsync(new FalcoQuery { Cluster = text, Pod = text }, Stop));
        Assert.Empty((await _store.ListAlertsAsync(new AlertQuery { Rule = text, Assignee = text, Tag = text, Credential = text, ClientIp = text }, Stop)).Alerts);
    }

    [Theory]
    [MemberData(nameof(HostileTexts))]
    public async Task What_people_write_is_kept_as_they_wrote_it(string text)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > TriageChange.LongestNote) return;
        await _store.CommitAsync(Commit(0, AnAlert.Numbered(1)), Stop);

        await _store.TriageAsync(AnAlert.Numbered(1).AlertId, new TriageChange(text, "token") { Note = text, Assignee = text }, null, Stop);
        var job = await _store.TriageAllAsync(new AlertQuery(), text, new TriageChange(text, "token") { Note = text }, null, Stop);

        Assert.Equal([(text, text), (text, text)], (await _store.HistoryAsync(AnAlert.Numbered(1).AlertId, Stop)).Select(act => (act.Who, act.Note)));
        Assert.Equal((text, text), (job!.Who, job.Query));
        Assert.Single((await _store.ListAlertsAsync(new AlertQuery { Assignee = text }, Stop)).Alerts);
    }

    [Fact]
    public void The_stored_form_of_any_text_is_valid_unicode_without_NUL_and_comes_back() =>
        Gen.Frequency((1, Gen.Char[char.MinValue, char.MaxValue]), (2, Gen.Int[0, 5].Select(at => "\0\u001a\ud800\udbff\udc00\udfff"[at]))).Array[0, 20]
            .Sample(characters =>
            {
                var text = new string(characters);
                var kept = StoredText.Keep(text)!;
                Assert.Equal(text, StoredText.Back(kept));
                Assert.DoesNotContain('\0', kept);
                Assert.Equal(kept, System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(kept)));
            }, seed: "0N0XIzNsQ0O2");
}
