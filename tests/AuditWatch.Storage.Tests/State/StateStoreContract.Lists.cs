using AuditWatch.Detection.Alerts;
using AuditWatch.Events;
using AuditWatch.Storage.State;

namespace AuditWatch.Storage.Tests.State;

/// <summary>Lists: filters, order, pages.</summary>
public abstract partial class StateStoreContract
{
    async Task<string> IdsAsync(AlertQuery query) => string.Join(',', (await _store.ListAlertsAsync(query, Stop)).Alerts
        .Select(found => int.Parse(found.Alert.AlertId, System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture)));

    [Fact]
    public async Task Each_filter_keeps_what_it_says()
    {
        var plain = AnAlert.Numbered(1);
        await _store.CommitAsync(Commit(0,
            plain,
            AnAlert.Numbered(2) with { Cluster = "dev" },
            AnAlert.Numbered(3) with { Level = "critical" },
            AnAlert.Numbered(4) with { Level = "low", Rule = plain.Rule with { Id = "11111111-0000-4000-8000-000000000000", Name = "other" } },
            AnAlert.Numbered(5) with { Actor = plain.Actor with { EffectiveUser = "root", CredentialId = null, ClientIp = "::1" }, Object = null }), Stop);
        await _store.TriageAsync(AnAlert.Numbered(1).AlertId, By("alice") with { Status = AlertStatus.Acknowledged }, null, Stop);

        Assert.Equal("5,4,3,2,1", await IdsAsync(new AlertQuery()));
        Assert.Equal("2", await IdsAsync(new AlertQuery { Cluster = "dev" }));
        Assert.Equal("3", await IdsAsync(new AlertQuery { MinLevel = "critical" }));
        Assert.Equal("5,3,2,1", await IdsAsync(new AlertQuery { MinLevel = "medium" }));
        Assert.Equal("4", await IdsAsync(new AlertQuery { Rule = "other" }));
        Assert.Equal("4", await IdsAsync(new AlertQuery { Rule = "11111111-0000-4000-8000-000000000000" }));
        Assert.Equal("1", await IdsAsync(new AlertQuery { Status = AlertStatus.Acknowledged }));
        Assert.Equal("5,4", await IdsAsync(new AlertQuery { SinceMicros = AnAlert.Noon + 4 }));
        Assert.Equal("3,2,1", await IdsAsync(new AlertQuery { UntilMicros = AnAlert.Noon + 4 }));
        Assert.Equal("5", await IdsAsync(new AlertQuery { User = "root" }));
        Assert.Equal("5,4,3,2,1", await IdsAsync(new AlertQuery { User = "system:serviceaccount:ci:runner" }));
        Assert.Equal("4,3,2,1", await IdsAsync(new AlertQuery { Credential = "JTI=5f1c" }));
        Assert.Equal("5", await IdsAsync(new AlertQuery { ClientIp = "::1" }));
        Assert.Equal("4,3,2,1", await IdsAsync(new AlertQuery { Namespace = "prod" }));
        await Assert.ThrowsAsync<FormatException>(() => IdsAsync(new AlertQuery { MinLevel = "grave" }));
    }

    [Fact]
    public async Task Pages_together_are_the_whole_list_even_where_times_are_equal()
    {
        var alerts = Enumerable.Range(1, 25).Select(number => AnAlert.Numbered(number) with { TimeMicros = AnAlert.Noon + number / 10 }).ToArray();
        await _store.CommitAsync(Commit(0, alerts), Stop);
        var whole = await _store.ListAlertsAsync(new AlertQuery { Limit = 0 }, Stop);
        Assert.Null(whole.Next);

        var paged = new List<string>();
        string? cursor = null;
        do
        {
            var page = await _store.ListAlertsAsync(new AlertQuery { Limit = 7, Cursor = cursor }, Stop);
            paged.AddRange(page.Alerts.Select(found => found.Alert.AlertId));
            cursor = page.Next;
        }
        while (cursor is not null);

        Assert.Equal(whole.Alerts.Select(found => found.Alert.AlertId), paged);
        Assert.Equal(25, paged.Distinct().Count());
        await Assert.ThrowsAsync<FormatException>(() => _store.ListAlertsAsync(new AlertQuery { Cursor = "x" }, Stop));
    }

    [Fact]
    public async Task Quarantine_is_listed_newest_first_and_remembers_a_replay()
    {
        var notes = Enumerable.Range(0, 5).Select(number => new QuarantineNote(new EventPosition(0, number, 0), "c", "webhook", "malformed", 10, 20)).ToList();
        await _store.AddQuarantineNotesAsync(notes, Stop);
        await _store.MarkReplayedAsync([notes[3].Position], Stop);

        var first = await _store.ListQuarantineAsync(null, 2, Stop);
        var next = await _store.ListQuarantineAsync(first[^1].Position, 0, Stop);

        Assert.Equal(["0-4-0", "0-3-0"], first.Select(note => note.Id));
        Assert.Equal(["0-2-0", "0-1-0", "0-0-0"], next.Select(note => note.Id));
        Assert.NotNull(first[1].ReplayedMicros);
        Assert.Equal(notes[2], await _store.FindQuarantineNoteAsync(new EventPosition(0, 2, 0), Stop));
        Assert.True(QuarantineNote.TryParseId("0-2-0", out var parsed));
        Assert.Equal(new EventPosition(0, 2, 0), parsed);
        Assert.False(QuarantineNote.TryParseId("0-2", out _));
        Assert.False(QuarantineNote.TryParseId("0--2-0", out _));
    }
}
