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

    // Without this a gzip file that was cut off ends early and nobody is told. Our own programs have it in their runtime configuration (Directory.Build.props);
    // here it serves a program that takes only this library.
    static Decompression() => AppContext.SetSwitch("System.IO.Compression.UseStrictValidation", true);

    /// <summary>
    /// The unpacked text of <paramref name="packed"/>, which is read from where it stands. Disposing the result leaves <paramref name="packed"/> open.
    /// </summary>
    public static Stream Open(Stream packed)
    {
        var text = new PeekedStream(packed, leaveOpen: true);
        Span<byte> start = stackalloc byte[4];
        for (var layer = 0; layer < MaxLayers; layer++)
        {
            var length = text.Peek(start);
            if (length >= 2 && start[0] == 0x1F && start[1] == 0x8B)
                text = new PeekedStream(new GZipStream(text, CompressionMode.Decompress), leaveOpen: false);
            else if (length == 4 && IsZstd(BinaryPrimitives.ReadUInt32LittleEndian(start)))
                text = new PeekedStream(new DecompressionStream(text, leaveOpen: false), leaveOpen: false);
            else
                break;
        }
        return text;
    }

    /// <summary>A zstd frame, or one of its skippable frames.</summary>
    static bool IsZstd(uint magic) => magic == 0xFD2F_B528 || (magic & 0xFFFF_FFF0) == 0x184D_2A50;
}
