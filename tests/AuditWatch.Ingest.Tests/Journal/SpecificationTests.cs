using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using AuditWatch.Ingest.Journal;
using Xunit;
using ZstdSharp;

namespace AuditWatch.Ingest.Tests.Journal;

/// <summary>Reads a journal as docs/journal.md says, with nothing of AuditWatch's own code: what the page promises to other programs.</summary>
public sealed class SpecificationTests : IDisposable
{
    readonly DataFolder _folder = new();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_bytes_are_what_the_page_says()
    {
        var noise = new byte[3000];
        new Random(3).NextBytes(noise);
        var written = new List<byte[]>();
        await using (var journal = LocalJournal.Open(_folder.Journal, new LocalJournalOptions { SegmentBytes = 4000 }, TimeProvider.System))
        {
            for (var i = 0; i < 30; i++)
            {
                ReadOnlyMemory<byte>[] records = i % 7 == 3 ? [noise] : [JournalContract.Event(3 * i), JournalContract.Event(3 * i + 1, i * 10)];
                var kind = i % 7 == 3 ? RecordKind.Falco : RecordKind.Audit;
                await journal.AppendAsync(new JournalBatch("prod-é", "kafka", $"t/0/{i}", kind, records) { EventTimes = [.. records.Select(_ => 1_000L + i)] }, Stop);
                written.AddRange(records.Select(r => r.ToArray()));
            }
        }
        var read = ReadBySpecification(_folder.Journal, out var codecs);
        Assert.Equal(written, read);
        Assert.Equal([(byte)0, (byte)1], codecs.Order());
    }

    static List<byte[]> ReadBySpecification(string folder, out HashSet<byte> codecs)
    {
        var records = new List<byte[]>();
        var previous = new byte[32];
        codecs = [];
        var segment = 0;
        foreach (var path in Directory.GetFiles(folder, "segment-*.awj").Order(StringComparer.Ordinal))
        {
            Assert.Equal($"segment-{segment:D8}.awj", Path.GetFileName(path));
            var file = File.ReadAllBytes(path);
            var frame = 0;
            for (var at = 0; at < file.Length; frame++)
            {
                var f = file.AsSpan(at);
                Assert.Equal([0xFF, 0x41, 0x57, 0x4A, 1], f[..5].ToArray());
                Assert.Equal(U64(f[112..]), XxHash3.HashToUInt64(f[..112]));
                var (h, p, raw, n) = (I32(f[8..]), I32(f[12..]), I32(f[16..]), I32(f[20..]));
                var (cluster, source, position) = (U16(f[64..]), U16(f[66..]), I32(f[68..]));
                var hasIds = (f[7] & 1) != 0;
                Assert.Equal(120 + cluster + source + position + (hasIds ? 20 : 4) * n, h);
                Assert.Equal((segment, frame), (I32(f[24..]), I32(f[28..])));
                Assert.Equal((long)at, BinaryPrimitives.ReadInt64LittleEndian(f[56..]));
                Assert.Equal(previous, f.Slice(72, 32).ToArray());
                Assert.Equal(U64(f[104..]), XxHash3.HashToUInt64(f[120..h]));
                Assert.Equal(U64(f[(h + p)..]), XxHash3.HashToUInt64(f[..(h + p)]));
                Assert.Equal("prod-é", Encoding.UTF8.GetString(f.Slice(120, cluster)));
                Assert.Equal("kafka", Encoding.UTF8.GetString(f.Slice(120 + cluster, source)));
                Assert.StartsWith("t/0/", Encoding.UTF8.GetString(f.Slice(120 + cluster + source, position)), StringComparison.Ordinal);
                Assert.Equal(BinaryPrimitives.ReadInt64LittleEndian(f[40..]), BinaryPrimitives.ReadInt64LittleEndian(f[48..]));
                codecs.Add(f[6]);
                using var zstd = new Decompressor();
                var unpacked = f[6] == 1 ? zstd.Unwrap(f.Slice(h, p)).ToArray() : f.Slice(h, p).ToArray();
                Assert.Equal(raw, unpacked.Length);
                var lengths = 120 + cluster + source + position;
                for (int i = 0, from = 0; i < n; i++)
                {
                    var length = I32(f[(lengths + 4 * i)..]);
                    var record = unpacked.AsSpan(from, length).ToArray();
                    if (hasIds) Assert.Equal(IdOf("prod-é", record), f.Slice(lengths + 4 * n + 16 * i, 16).ToArray());
                    records.Add(record);
                    from += length;
                }
                previous = SHA256.HashData(f[..(h + p)]);
                at += h + p + 8;
            }
            segment++;
        }
        Assert.True(segment > 2);
        return records;
    }

    static byte[] IdOf(string cluster, byte[] record)
    {
        var name = Encoding.UTF8.GetBytes(cluster);
        var bytes = new byte[8 + name.Length + record.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, name.Length);
        name.CopyTo(bytes, 4);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + name.Length), record.Length);
        record.CopyTo(bytes, 8 + name.Length);
        return SHA256.HashData(bytes)[..16];
    }

    static int I32(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt32LittleEndian(bytes);

    static int U16(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    static ulong U64(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt64LittleEndian(bytes);
}
