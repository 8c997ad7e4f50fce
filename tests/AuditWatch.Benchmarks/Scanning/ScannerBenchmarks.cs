using System.Text.Json;
using AuditWatch.Events.Scanning;
using AuditWatch.Events.Scanning.Lanes;
using BenchmarkDotNet.Attributes;

namespace AuditWatch.Benchmarks.Scanning;

/// <summary>What the scanner costs beside the least anyone could do (finding the lines) and beside reading every token.</summary>
[Config(typeof(InThisProcess))]
[MemoryDiagnoser]
public class ScannerBenchmarks
{
    readonly EventRanges _ranges = new();
    byte[] _lines = [];

    [Params("metadata", "bodies", "all")]
    public string Events { get; set; } = "";

    [GlobalSetup]
    public void Load() => _lines = EventLines.Load(Events);

    [Benchmark(Baseline = true)]
    public int SplitLines() => ForEachLine(static (_, _) => true);

    [Benchmark]
    public int Utf8JsonReaderTokens() => ForEachLine(static (_, line) =>
    {
        var reader = new Utf8JsonReader(line);
        while (reader.Read())
        {
        }
        return true;
    });

    [Benchmark]
    public int Scan() => ForEachLine(static (ranges, line) => EventScanner.TryScan(line, ranges, out _));

    [Benchmark]
    public int ScanBy32() => ForEachLine(static (ranges, line) => EventScanner.TryScan(line, ranges, LaneWidth.Bytes32, out _));

    [Benchmark]
    public int ScanBy16() => ForEachLine(static (ranges, line) => EventScanner.TryScan(line, ranges, LaneWidth.Bytes16, out _));

    [Benchmark]
    public int ScanBytewise() => ForEachLine(static (ranges, line) => EventScanner.TryScan(line, ranges, LaneWidth.Scalar, out _));

    delegate bool OnLine(EventRanges ranges, ReadOnlySpan<byte> line);

    int ForEachLine(OnLine onLine)
    {
        var count = 0;
        for (var rest = _lines.AsSpan(); !rest.IsEmpty;)
        {
            var length = rest.IndexOf((byte)'\n');
            if (onLine(_ranges, rest[..length]))
                count++;
            rest = rest[(length + 1)..];
        }
        return count;
    }
}
