using AuditWatch.Detection.Alerts;
using AuditWatch.Storage.State;

namespace AuditWatch.Server.Notifications;

/// <summary>The alert that <c>notify test</c> sends: it says that it is a test, and has the characters that a channel must not take for markup.</summary>
static class TestAlert
{
    public static StoredAlert At(DateTimeOffset now)
    {
        var micros = (now.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;
        return new StoredAlert(
            new Alert
            {
                AlertId = new string('0', 32), TimeMicros = micros, Cluster = "test", Level = "high", Rule = new AlertRule("00000000-0000-4000-8000-000000000000", "notify-test", "Test of a notification route", "test", [], []),
                Sentence = "This is a test: nothing happened. These must be shown as they are: <!channel> @here *bold* [a](b)", Actor = new AlertActor("nobody", [], null, false, null, null, null), Verb = "get",
                Outcome = "unknown", AuditIds = [], Count = 1, Evidence = [], Matched = [],
            }, AlertStatus.New, 1, micros, micros);
    }
}
