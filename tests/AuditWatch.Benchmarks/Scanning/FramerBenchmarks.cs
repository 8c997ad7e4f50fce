using AuditWatch.Events.Framing;
using BenchmarkDotNet.Attributes;

namespace AuditWatch.Benchmarks.Scanning;

/// <summary>What framing costs beside copying the same bytes into its blocks, for each form that events come in.</summary>
[Config(typeof(InThisProcess))]
[MemoryDiagnoser]
public class FramerBenchmarks
{
    readonly byte[] _block = new byte[4 * 1024 * 1024];
    byte[] _text = [];

    [Params("lines", "crlf", "concatenated", "array")]
    public string Form { get; set; } = "";

    [GlobalSetup]
    public void Load()
    {
        var lines = EventLines.Load("all");
        _text = Form switch
        {
            "crlf" => Join(lines, "\r\n"u8),
            "concatenated" => Join(lines, ""u8),
            "array" => [(byte)'[', .. Join(lines, ",\n"u8)[..^2], (byte)']'],
            _ => lines,
        };
    }

    [Benchmark(Baseline = true)]
    public int Copy()
    {
        using var stream = new MemoryStream(_text);
        var total = 0;
        for (int read; (read = stream.Read(_block)) > 0;)
            total += read;
        return total;
    }

    [Benchmark]
    public int Frame()
    {
        using var stream = new MemoryStream(_text);
        var count = 0;
        foreach (var block in DocumentFramer.Read(stream))
        {
            using (block)
                count += block.Documents.Length;
        }
        return count;
    }

    static byte[] Join(byte[] lines, ReadOnlySpan<byte> between)
    {
        using var joined = new MemoryStream();
        var text = lines.AsSpan(0, lines.Length - 1);
        foreach (var line in text.Split((byte)'\n'))
        {
            joined.Write(text[line]);
            joined.Write(between);
        }
        return joined.ToArray();
    }
}
