using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.Scanning;
using AuditWatch.Events.Framing;

namespace AuditWatch.Scenarios;

public sealed class RecordedTraffic
{
    static readonly string[] Owners = ["deployments", "daemonsets", "statefulsets", "replicasets", "jobs", "cronjobs", "pods"];

    [Fact]
    public void Batch_cuts_and_the_way_in_do_not_show_on_recorded_traffic()
    {
        var recording = Recording.Of("production");
        var expected = Text(Replay.Run(recording.Events, 400).Alerts);
        Assert.NotEqual("", expected);
        foreach (var size in new[] { 1, 7, 100, 1000 }) Assert.Equal(expected, Text(Replay.Run(recording.Events, size).Alerts));
        var file = new InputFile("audit.log", recording.Events.Count, () => new MemoryStream([.. recording.Events.SelectMany(e => e.ToArray().Append((byte)'\n'))]));
        foreach (var workers in new[] { 1, 3 })
        {
            var options = new ScanOptions { Workers = workers, Cluster = new() { Name = "lab" } };
            Assert.Equal(expected, Text(new ScanRun(Replay.Rules, options).Run([file], TestContext.Current.CancellationToken).Alerts));
        }
    }

    [Fact]
    public void Every_request_has_at_most_one_alert_per_rule()
    {
        var (_, alerts) = Replay.Run(Recording.Of("requestresponse").Events);
        Assert.Equal(alerts.Count, alerts.Select(a => a.AlertId).Distinct().Count());
        // What a rule finds on pods is told in the alert on their owner, and some rules tell the same of one identity once a day; all else is one alert per request.
        var suppressed = Replay.Rules.Documents.Where(d => d.Extensions.Suppress is not null).Select(d => d.Id).ToHashSet();
        Assert.NotEmpty(suppressed);
        var requests = alerts.Where(a => a.GroupBy is null).SelectMany(a => a.AuditIds.Select(id => (a.Rule.Id, id))).ToList();
        Assert.Equal(requests.Count, requests.Distinct().Count());
        Assert.All(alerts.Where(a => a.GroupBy is null && a.Count > 1 && !suppressed.Contains(a.Rule.Id)), a => Assert.Contains(a.Object!.Resource, Owners));
        Assert.All(alerts.Where(a => a.GroupBy is null), a => Assert.Equal(a.Count, a.AuditIds.Count));
    }

    // Evidence is a place in the journal or in a file: all else is the same.
    static string Text(IReadOnlyList<Alert> alerts) =>
        string.Join('\n', alerts.Select(a => System.Text.Encoding.UTF8.GetString(AlertJson.ToUtf8(a with { Evidence = [] })) + a.Evidence.Count));
}
