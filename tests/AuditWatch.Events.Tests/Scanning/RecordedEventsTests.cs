using AuditWatch.Events.Scanning;
using Xunit;

namespace AuditWatch.Events.Tests.Scanning;

public sealed class RecordedEventsTests
{
    [Fact]
    public void Every_recorded_event_scans_as_Utf8JsonReader_reads_it()
    {
        var events = 0;
        EventRanges expected = new(), found = new();
        foreach (var log in Recordings.Logs())
        {
            var text = Recordings.Unpack(log);
            for (var at = 0; at < text.Length;)
            {
                var length = text.AsSpan(at).IndexOf((byte)'\n');
                var line = text[at..(at + length)];
                Assert.True(ReferenceScanner.TryScanWhole(line, expected));
                Assert.True(EventScanner.TryScan(line, found, out var error), error.ToString());
                ScannerAgainstReaderTests.AssertSame(line, expected, found);
                Assert.True(found.Has(HotField.AuditId) && found.Has(HotField.Stage));
                at += length + 1;
                events++;
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{events} events");
        Assert.True(events > 50_000);
    }
}
