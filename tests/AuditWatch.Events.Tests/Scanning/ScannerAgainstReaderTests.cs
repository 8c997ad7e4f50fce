using System.Globalization;
using System.Text;
using AuditWatch.Events.Scanning;
using AuditWatch.Events.Scanning.Lanes;
using Xunit;

namespace AuditWatch.Events.Tests.Scanning;

/// <summary>
/// The scanner against Utf8JsonReader on documents that are made up and then damaged: at every vector width the same verdict and the same ranges.
/// AUDITWATCH_FUZZ_CASES sets how many documents (30,000 by default).
/// </summary>
public sealed class ScannerAgainstReaderTests
{
    internal static readonly LaneWidth[] Widths =
        [.. new[] { LaneWidth.Scalar, LaneWidth.Bytes16, LaneWidth.Bytes32, LaneWidth.Bytes64 }.Where(width => width <= LaneWidths.Best)];

    readonly EventRanges _expected = new();
    readonly EventRanges _found = new();

    internal static int Cases => int.TryParse(Environment.GetEnvironmentVariable("AUDITWATCH_FUZZ_CASES"), NumberStyles.None, CultureInfo.InvariantCulture, out var cases)
        ? cases
        : 30_000;

    [Fact]
    public void Verdict_and_ranges_are_those_of_Utf8JsonReader()
    {
        var random = new Random(20261125);
        var documents = new EventDocuments(random);
        int accepted = 0, rejected = 0, faultInBody = 0;
        for (var done = 0; done < Cases;)
        {
            var document = documents.Next();
            var variants = random.Next(1, 8);
            for (var i = 0; i < variants && done < Cases; i++, done++)
            {
                if (Judge(document))
                    accepted++;
                else
                    rejected++;
                if (IsFaultInBody(document))
                    faultInBody++;
                document = Mutations.Damage(document, random);
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{accepted} accepted ({faultInBody} with a fault in a body), {rejected} rejected");
        Assert.True(accepted > Cases / 10 && rejected > Cases / 10 && faultInBody > Cases / 200, "The documents no longer put the scanner to the test.");
    }

    bool IsFaultInBody(byte[] document)
    {
        var whole = new EventRanges();
        var isWhole = ReferenceScanner.TryScanWhole(document, whole);
        var isAccepted = ReferenceScanner.TryScan(document, _expected);
        Assert.False(isWhole && !isAccepted, Show(document));
        if (isWhole)
            AssertSame(document, whole, _expected);
        return isAccepted && !isWhole;
    }

    bool Judge(byte[] document)
    {
        var isWhole = ReferenceScanner.TryScan(document, _expected);
        foreach (var width in Widths)
        {
            var accepts = EventScanner.TryScan(document, _found, width, out var error);
            if (accepts != isWhole)
                Assert.Fail($"{width}: {(accepts ? "accepted" : error.ToString())}, and Utf8JsonReader {(isWhole ? "accepts" : "rejects")}: {Show(document)}");
            if (accepts)
            {
                Assert.Equal(ScanError.None, error);
                AssertSame(document, _expected, _found);
                continue;
            }
            Assert.NotEqual(ScanFault.None, error.Fault);
            Assert.InRange(error.Offset, 0, document.Length);
            AssertEmpty();
        }
        return isWhole;
    }

    internal static void AssertSame(byte[] document, EventRanges expected, EventRanges found)
    {
        for (var field = (HotField)0; field < HotField.Count; field++)
        {
            var same = expected.Has(field) == found.Has(field)
                && (!expected.Has(field) || (expected.Start(field) == found.Start(field) && expected.Length(field) == found.Length(field)
                    && expected.IsString(field) == found.IsString(field) && expected.IsEscaped(field) == found.IsEscaped(field)));
            if (!same)
                Assert.Fail($"{field} differs: {Show(document)}");
        }
    }

    void AssertEmpty()
    {
        for (var field = (HotField)0; field < HotField.Count; field++)
            Assert.False(_found.Has(field));
    }

    static string Show(byte[] document) => $"{Encoding.UTF8.GetString(document)} = {Convert.ToBase64String(document)}";
}
