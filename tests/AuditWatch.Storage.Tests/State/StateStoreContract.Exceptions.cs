using AuditWatch.Detection.Reasoning;
using AuditWatch.Events;
using AuditWatch.Storage.State;

namespace AuditWatch.Storage.Tests.State;

/// <summary>Exceptions that people made, and the parts of the journal that readers hold them for.</summary>
public abstract partial class StateStoreContract
{
    [Fact]
    public async Task A_reader_holds_an_exception_after_the_place_where_it_first_met_it_and_until_the_place_where_it_met_its_end()
    {
        var epoch = await _store.TakeReaderAsync("detect/0", "a", Stop);
        Assert.False(await _store.AreExceptionsNewAsync("detect/0", Stop));
        await _store.AddExceptionAsync("x", "document of x", "ann", Stop);
        Assert.True(await _store.AreExceptionsNewAsync("detect/0", Stop));

        var first = Assert.Single(await _store.TakeUpExceptionsAsync("detect/0", new EventPosition(1, 2, 3), epoch, Stop));
        Assert.Equal(("x", "document of x", new EventPosition(1, 2, 3), null), (first.Id, first.Document, first.After, first.Until));
        Assert.False(await _store.AreExceptionsNewAsync("detect/0", Stop));

        // After a crash the reader is before that place again: it stays.
        Assert.Equal([first], await _store.TakeUpExceptionsAsync("detect/0", new EventPosition(1, 0, 0), epoch, Stop));
        Assert.True(await _store.EndExceptionAsync("x", "bob", Stop));
        Assert.False(await _store.EndExceptionAsync("x", "bob", Stop));
        Assert.True(await _store.AreExceptionsNewAsync("detect/0", Stop));
        Assert.Equal([first with { Until = new EventPosition(1, 9, 0) }], await _store.TakeUpExceptionsAsync("detect/0", new EventPosition(1, 9, 0), epoch, Stop));
        Assert.Equal([first with { Until = new EventPosition(1, 9, 0) }], await _store.TakeUpExceptionsAsync("detect/0", new EventPosition(2, 0, 0), epoch, Stop));

        // Another reader meets it when it is over.
        Assert.False(await _store.AreExceptionsNewAsync("detect/1", Stop));
        Assert.Empty(await _store.TakeUpExceptionsAsync("detect/1", EventPosition.Start, null, Stop));
        var stored = Assert.Single(await _store.ListExceptionsAsync(Stop));
        Assert.Equal(("ann", "bob", UnixMicros.Of(_clock)), (stored.CreatedBy, stored.EndedBy, stored.EndedMicros));
    }

    [Fact]
    public async Task Whoever_was_overtaken_takes_up_no_exception()
    {
        var over = await _store.TakeReaderAsync("detect", "a", Stop);
        var now = await _store.TakeReaderAsync("detect", "b", Stop);
        await _store.AddExceptionAsync("x", "d", "ann", Stop);

        await Assert.ThrowsAsync<ReaderTakenOverException>(() => _store.TakeUpExceptionsAsync("detect", new EventPosition(0, 5, 0), over, Stop));
        Assert.Equal(new EventPosition(0, 1, 0), Assert.Single(await _store.TakeUpExceptionsAsync("detect", new EventPosition(0, 1, 0), now, Stop)).After);
    }

    [Fact]
    public async Task What_exceptions_hide_is_counted_in_the_commit_that_hides_it_for_all_readers_together()
    {
        Assert.Empty(await _store.ExceptionUsesAsync(Stop));
        await _store.CommitAsync(Commit(1) with { Hidden = [new ExceptionUse("x", 2, 50), new ExceptionUse("of a file", 1, 7)] }, Stop);
        await _store.CommitAsync(Commit(2) with { Reader = "other", Hidden = [new ExceptionUse("x", 3, 40)] }, Stop);
        await _store.CommitAsync(Commit(3) with { Hidden = [new ExceptionUse("x", 1, 30)] }, Stop);

        var uses = await _store.ExceptionUsesAsync(Stop);
        Assert.Equal(new ExceptionUse("x", 6, 50), uses["x"]);
        Assert.Equal(new ExceptionUse("of a file", 1, 7), uses["of a file"]);
    }

    [Theory]
    [MemberData(nameof(HostileTexts))]
    public async Task An_exception_keeps_every_text(string text)
    {
        await _store.AddExceptionAsync("x", text, text, Stop);
        var stored = Assert.Single(await _store.ListExceptionsAsync(Stop));
        Assert.Equal((text, text), (stored.Document, stored.CreatedBy));
        Assert.Equal(text, Assert.Single(await _store.TakeUpExceptionsAsync("detect", EventPosition.Start, null, Stop)).Document);
    }
}
