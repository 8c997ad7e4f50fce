using AuditWatch.Server.Completeness;
using Xunit;

namespace AuditWatch.Server.Tests.Configuration;

public sealed class MetricsPageTests
{
    [Fact]
    public async Task Counters_are_read_with_and_without_labels_and_a_page_of_something_else_is_refused()
    {
        const string page = """
            # HELP apiserver_audit_event_total [ALPHA] Counter of audit events generated and sent to the audit backend.
            # TYPE apiserver_audit_event_total counter
            apiserver_audit_event_total 1.204332e+06
            apiserver_audit_event_total_of_others 5
            # TYPE apiserver_audit_error_total counter
            apiserver_audit_error_total{plugin="buffered"} 3
            apiserver_audit_error_total{plugin="webhook"} 400
            process_start_time_seconds 1.79556840012e+09
            """;
        var counters = await MetricsPage.ReadAsync(new StringReader(page), TestContext.Current.CancellationToken);
        Assert.Equal((1_204_332L, 1_795_568_400_120_000L), (counters.Events, counters.StartMicros));
        Assert.Equal([("buffered", 3L), ("webhook", 400L)], counters.Errors.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => (e.Key, e.Value)));
        await Assert.ThrowsAsync<InvalidDataException>(() => MetricsPage.ReadAsync(new StringReader("up 1\napiserver_audit_event_total{ oops\n"), TestContext.Current.CancellationToken));
    }
}
