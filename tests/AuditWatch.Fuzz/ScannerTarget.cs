using AuditWatch.Events.Scanning;
using AuditWatch.Events.Scanning.Lanes;
using AuditWatch.Events.Tests.Scanning;

namespace AuditWatch.Fuzz;

/// <summary>At every vector width the scanner must give the verdict and the ranges of Utf8JsonReader.</summary>
static class ScannerTarget
{
    static readonly EventRanges Expected = new();
    static readonly EventRanges Found = new();

    internal static void Run(byte[] document)
    {
        var isWhole = ReferenceScanner.TryScan(document, Expected);
        foreach (var width in Enum.GetValues<LaneWidth>().Where(width => width <= LaneWidths.Best))
        {
            var accepts = EventScanner.TryScan(document, Found, width, out var error);
            if (accepts != isWhole)
                throw new InvalidOperationException($"{width} {(accepts ? "accepts" : error)}, Utf8JsonReader {(isWhole ? "accepts" : "rejects")}");
            if (!accepts && (error.Fault == ScanFault.None || error.Offset < 0 || error.Offset > document.Length))
                throw new InvalidOperationException($"{width} rejects without a place: {error}");
            for (var field = (HotField)0; accepts && field < HotField.Count; field++)
            {
                if (!IsSame(field))
                    throw new InvalidOperationException($"{width} differs in {field}");
            }
        }
        List<(int Start, int Length)> items = [];
        if (ItemSplitter.TrySplit(document, "items"u8, items, out _))
        {
            foreach (var (start, length) in items)
                _ = EventScanner.TryScan(document.AsSpan(start, length), Found, out _);
        }
    }

    static bool IsSame(HotField field) => Expected.Has(field) == Found.Has(field) && (!Expected.Has(field)
        || (Expected.Start(field) == Found.Start(field) && Expected.Length(field) == Found.Length(field)
            && Expected.IsString(field) == Found.IsString(field) && Expected.IsEscaped(field) == Found.IsEscaped(field)));
}
