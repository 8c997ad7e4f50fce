using System.IO.Compression;
using System.Text;
using AuditWatch.Events.Framing;
using Xunit;
using ZstdSharp;

namespace AuditWatch.Events.Tests.Framing;

public sealed class DecompressionTests
{
    static readonly byte[] Lines = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 5_000).Select(i => $"{{\"number\":{i},\"text\":\"{new string((char)('a' + i % 26), i % 90)}\"}}\n")));

    public static TheoryData<string> Packings => ["plain", "gzip", "gzip in gzip", "two gzip members", "zstd", "two zstd frames", "zstd in gzip", "gzip in zstd"];

    [Theory]
    [MemberData(nameof(Packings))]
    public void Packed_text_is_told_by_its_content_and_read_to_its_end(string packing)
    {
        var half = Lines.Length / 2;
        var packed = packing switch
        {
            "gzip" => Gzip(Lines),
            "gzip in gzip" => Gzip(Gzip(Lines)),
            "two gzip members" => [.. Gzip(Lines[..half]), .. Gzip(Lines[half..])],
            "zstd" => Zstd(Lines),
            "two zstd frames" => [.. Zstd(Lines[..half]), .. Zstd(Lines[half..])],
            "zstd in gzip" => Gzip(Zstd(Lines)),
            "gzip in zstd" => Zstd(Gzip(Lines)),
            _ => Lines,
        };
        using var stream = Decompression.Open(new OneByOne(packed));
        using var unpacked = new MemoryStream();
        stream.CopyTo(unpacked);
        Assert.Equal(Lines, unpacked.ToArray());
    }

    [Fact]
    public void An_empty_stream_is_empty()
    {
        using var stream = Decompression.Open(Stream.Null);
        Assert.Equal(0, stream.Read(new byte[8]));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public void What_a_damaged_file_still_holds_comes_before_its_failure(string packing)
    {
        var random = new Random(7);
        var noise = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 60_000).Select(_ => $"{{\"n\":{random.Next()}}}\n")));
        var packed = packing == "gzip" ? Gzip(noise) : Zstd(noise);
        List<FramedDocument> found = [];
        Assert.ThrowsAny<Exception>(() =>
        {
            foreach (var document in Frames.Read(new MemoryStream(packed[..(packed.Length / 2)]), 4096))
                found.Add(document);
        });
        Assert.InRange(found.Count, 1_000, 59_000);
    }

    [Fact]
    public void The_stream_given_stays_open_for_its_owner()
    {
        using var packed = new MemoryStream(Gzip(Lines));
        Assert.Equal(5_000, DocumentFramer.ReadDocuments(packed).Count());
        Assert.True(packed.CanRead);
    }

    static byte[] Gzip(byte[] text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(text);
        return packed.ToArray();
    }

    static byte[] Zstd(byte[] text)
    {
        using var compressor = new Compressor(1);
        return compressor.Wrap(text).ToArray();
    }

    /// <summary>Gives few bytes at a time, as pipes do.</summary>
    sealed class OneByOne(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 3)]);

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 3));
    }
}
