using AuditWatch.Storage.Index;

namespace AuditWatch.Storage.Tests.Index;

/// <summary>What everything must do in which events can be searched: filters, order, pages.</summary>
public abstract class EventSearchContract
{
    private protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Where to search.</summary>
    private protected abstract IEventSearch Search { get; }

    /// <summary>Makes rows searchable; they are rows that an event can have.</summary>
    private protected abstract Task PutAsync(params EventRow[] rows);

    private protected async Task<IReadOnlyList<EventRow>> AllAsync(EventQuery? query = null) => (await Search.SearchAsync(query ?? new EventQuery { Limit = 0 }, Stop)).Rows;

    async Task<string> FoundAsync(EventQuery query) => string.Join(',', (await AllAsync(query)).Select(row => row.Position.Index));

    [Fact]
    public async Task Each_filter_keeps_what_it_says()
    {
        await PutAsync(
            ARow.Numbered(1),
            ARow.Numbered(2) with { Cluster = "dev", User = "alice", ImpersonatedUser = "root", Impersonated = true, CredentialId = null, SourceIps = [], ClientIp = null, CallerPod = null },
            ARow.Numbered(3) with { Verb = "create", Resource = "pods", Subresource = "exec", Name = "web-0", Outcome = "denied", Code = 403, Stage = "ResponseStarted" },
            ARow.Numbered(4) with { Namespace = "Kube", Name = "runner-0", Resource = "pods", IssuedCredentialId = "JTI=77", CallerPod = null, RequestUri = "/API/Ä", UserAgent = null },
            ARow.Numbered(5) with { AuditId = "a5", ClientIp = "::1", SourceIps = ["::1"], Code = null, Outcome = "unknown", CallerPod = null });

        Assert.Equal("5,4,3,2,1", await FoundAsync(new EventQuery()));
        Assert.Equal("1,2,3,4,5", await FoundAsync(new EventQuery { OldestFirst = true }));
        Assert.Equal("2", await FoundAsync(new EventQuery { Cluster = "dev" }));
        Assert.Equal("2", await FoundAsync(new EventQuery { User = "alice" }));
        Assert.Equal("2", await FoundAsync(new EventQuery { User = "root" }));
        Assert.Equal("3", await FoundAsync(new EventQuery { Verb = "create" }));
        Assert.Equal("4,3", await FoundAsync(new EventQuery { Resource = "pods" }));
        Assert.Equal("3", await FoundAsync(new EventQuery { Resource = "pods/exec" }));
        Assert.Equal("4", await FoundAsync(new EventQuery { Namespace = "Kube" }));
        Assert.Equal("3", await FoundAsync(new EventQuery { Name = "web-0" }));
        Assert.Equal("4,3,1", await FoundAsync(new EventQuery { Ip = "203.0.113.7" }));
        Assert.Equal("5", await FoundAsync(new EventQuery { Ip = "::1" }));
        Assert.Equal("5,4,3,1", await FoundAsync(new EventQuery { Credential = "JTI=5f1c" }));
        Assert.Equal("4", await FoundAsync(new EventQuery { Credential = "JTI=77" }));
        Assert.Equal("4", await FoundAsync(new EventQuery { IssuedCredentials = ["JTI=1", "JTI=77"] }));
        Assert.Equal("5,4,3,1", await FoundAsync(new EventQuery { UsedCredentials = ["JTI=5f1c", "JTI=77"] }));
        Assert.Equal("", await FoundAsync(new EventQuery { UsedCredentials = [] }));
        Assert.Equal("4,3,1", await FoundAsync(new EventQuery { Pod = "runner-0" }));
        Assert.Equal("3,1", await FoundAsync(new EventQuery { Pod = "ci/runner-0" }));
        Assert.Equal("4", await FoundAsync(new EventQuery { Pod = "Kube/runner-0" }));
        Assert.Equal("5", await FoundAsync(new EventQuery { AuditId = "a5" }));
        Assert.Equal("3", await FoundAsync(new EventQuery { EventId = ARow.Numbered(3).EventId }));
        Assert.Equal("3", await FoundAsync(new EventQuery { Stage = "ResponseStarted" }));
        Assert.Equal("", await FoundAsync(new EventQuery { Stage = "no such stage" }));
        Assert.Equal("3", await FoundAsync(new EventQuery { Outcome = "denied" }));
        Assert.Equal("5", await FoundAsync(new EventQuery { Outcome = "unknown" }));
        Assert.Equal("3", await FoundAsync(new EventQuery { Code = 403 }));
        Assert.Equal("5,4", await FoundAsync(new EventQuery { SinceMicros = ARow.Numbered(4).TimeMicros }));
        Assert.Equal("3,2,1", await FoundAsync(new EventQuery { UntilMicros = ARow.Numbered(4).TimeMicros }));
        Assert.Equal("5,3,2,1", await FoundAsync(new EventQuery { Text = "CURL" }));
        Assert.Equal("4", await FoundAsync(new EventQuery { Text = "/api/ä" }));
        Assert.Equal("", await FoundAsync(new EventQuery { Text = "%" }));
        Assert.Equal("3", await FoundAsync(new EventQuery { Verb = "create", Cluster = "prod", Outcome = "denied" }));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pages_together_are_the_whole_list_even_where_times_are_equal(bool oldestFirst)
    {
        await PutAsync([.. Enumerable.Range(0, 50).Select(number => ARow.Numbered(number) with { TimeMicros = AnAlert.Noon + number / 10 })]);
        var whole = await Search.SearchAsync(new EventQuery { Limit = 50, OldestFirst = oldestFirst }, Stop);
        Assert.Null(whole.Next);

        var paged = new List<EventRow>();
        string? cursor = null;
        do
        {
            var page = await Search.SearchAsync(new EventQuery { Limit = 7, Cursor = cursor, OldestFirst = oldestFirst }, Stop);
            paged.AddRange(page.Rows);
            cursor = page.Next;
        }
        while (cursor is not null);

        Assert.Equal(whole.Rows.Select(row => row.EventId), paged.Select(row => row.EventId));
        Assert.Equal(50, paged.Select(row => row.EventId).Distinct().Count());
        await Assert.ThrowsAsync<FormatException>(() => Search.SearchAsync(new EventQuery { Cursor = "1.2" }, Stop));
    }
}
