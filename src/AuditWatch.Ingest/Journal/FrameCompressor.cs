using System.Collections.Concurrent;
using ZstdSharp;

namespace AuditWatch.Ingest.Journal;

/// <summary>A zstd context with its scratch buffers, rented by the thread that compresses; as many exist as threads compress at once.</summary>
internal sealed class FrameCompressor(int level) : IDisposable
{
    readonly Compressor _zstd = new(level);
    byte[] _raw = [];
    byte[] _packed = [];

    /// <summary>Compresses; false when that would not make it smaller. The result is valid until the next call.</summary>
    public bool TryCompress(ReadOnlySpan<byte> raw, out ReadOnlySpan<byte> packed)
    {
        packed = default;
        if (raw.Length < 64) return false;
        var bound = Compressor.GetCompressBound(raw.Length);
        if (_packed.Length < bound) _packed = GC.AllocateUninitializedArray<byte>(bound);
        var length = _zstd.Wrap(raw, _packed);
        if (length >= raw.Length) return false;
        packed = _packed.AsSpan(0, length);
        return true;
    }

    /// <summary>A buffer to gather a frame's records in.</summary>
    public Span<byte> Raw(int length)
    {
        if (_raw.Length < length) _raw = GC.AllocateUninitializedArray<byte>(Math.Max(length, FrameBuilder.TargetLength));
        return _raw.AsSpan(0, length);
    }

    /// <summary>A single large event must not leave its buffers behind for good.</summary>
    public void Trim()
    {
        if (_raw.Length > 4 * FrameBuilder.TargetLength) _raw = [];
        if (_packed.Length > 4 * FrameBuilder.TargetLength) _packed = [];
    }

    public void Dispose() => _zstd.Dispose();
}

/// <summary>Compressors not in use.</summary>
internal sealed class CompressorPool(int level) : IDisposable
{
    readonly ConcurrentBag<FrameCompressor> _idle = [];

    public FrameCompressor Rent() => _idle.TryTake(out var compressor) ? compressor : new FrameCompressor(level);

    public void Return(FrameCompressor compressor)
    {
        compressor.Trim();
        if (_idle.Count < Environment.ProcessorCount * 2) _idle.Add(compressor);
        else compressor.Dispose();
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var compressor)) compressor.Dispose();
    }
}
