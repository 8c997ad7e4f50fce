using System.Buffers.Binary;
using System.IO.Compression;
using ZstdSharp;

namespace AuditWatch.Events.Framing;

/// <summary>
/// Unpacks gzip and zstd, told by the first bytes and never by a name; also one in the other, and several members or frames one after the other.
/// </summary>
public static class Decompression
{
    /// <summary>More layers than anyone packs on purpose.</summary>
    const int MaxLayers = 4;

    const int BoundedWindowLog = 23;

    // Without this a gzip file that was cut off ends early and nobody is told. Our own programs have it in their runtime configuration (Directory.Build.props);
    // here it serves a program that takes only this library.
    static Decompression() => AppContext.SetSwitch("System.IO.Compression.UseStrictValidation", true);

    /// <summary>
    /// The unpacked text of <paramref name="packed"/>, which is read from where it stands. Disposing the result leaves <paramref name="packed"/> open.
    /// </summary>
    public static Stream Open(Stream packed) => Open(packed, long.MaxValue);

    /// <summary>The same; every layer may give so many bytes at most, and a zstd frame may ask for 8 MiB of memory (what RFC 8878 wants every reader to have).</summary>
    internal static Stream Open(Stream packed, long mostUnpacked)
    {
        var text = new PeekedStream(packed, leaveOpen: true);
        Span<byte> start = stackalloc byte[4];
        for (var layer = 0; layer < MaxLayers; layer++)
        {
            var length = text.Peek(start);
            if (length >= 2 && start[0] == 0x1F && start[1] == 0x8B)
                text = new PeekedStream(Bounded(new GZipStream(text, CompressionMode.Decompress), mostUnpacked), leaveOpen: false);
            else if (length == 4 && IsZstd(BinaryPrimitives.ReadUInt32LittleEndian(start)))
                text = new PeekedStream(Bounded(Zstd(text, mostUnpacked), mostUnpacked), leaveOpen: false);
            else
                break;
        }
        return text;
    }

    static Stream Bounded(Stream layer, long most) => most == long.MaxValue ? layer : new BoundedStream(layer, most);

    static DecompressionStream Zstd(Stream packed, long mostUnpacked)
    {
        var zstd = new DecompressionStream(packed, leaveOpen: false);
        if (mostUnpacked != long.MaxValue) zstd.SetParameter(ZstdSharp.Unsafe.ZSTD_dParameter.ZSTD_d_windowLogMax, BoundedWindowLog);
        return zstd;
    }

    /// <summary>A zstd frame, or one of its skippable frames.</summary>
    static bool IsZstd(uint magic) => magic == 0xFD2F_B528 || (magic & 0xFFFF_FFF0) == 0x184D_2A50;
}
