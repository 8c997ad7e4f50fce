using System.Buffers;

namespace AuditWatch.Ingest.Pipeline;

/// <summary>One pooled array that grows. What was written is addressed by offset, since growing moves it.</summary>
/// <param name="expected">About how much will be written: so that it need not grow.</param>
internal sealed class GrowingBuffer(int expected = 0) : IBufferWriter<byte>, IDisposable
{
    byte[] _array = [];

    public int Length { get; private set; }

    public Memory<byte> Written => _array.AsMemory(0, Length);

    public Span<byte> Slice(int start, int length) => _array.AsSpan(start, length);

    public ReadOnlyMemory<byte> Memory(int start, int length) => _array.AsMemory(start, length);

    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        Length += bytes.Length;
    }

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _array.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _array.AsSpan(Length);
    }

    /// <summary>Takes back what was written after <paramref name="length"/>.</summary>
    public void CutTo(int length) => Length = length;

    public void Dispose()
    {
        if (_array.Length > 0) ArrayPool<byte>.Shared.Return(_array);
        _array = [];
        Length = 0;
    }

    void Reserve(int more)
    {
        var needed = checked(Length + Math.Max(more, 1));
        if (needed <= _array.Length) return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, (int)Math.Min(Array.MaxLength, Math.Max(Math.Max(64 * 1024, expected), _array.Length * 2L))));
        _array.AsSpan(0, Length).CopyTo(larger);
        if (_array.Length > 0) ArrayPool<byte>.Shared.Return(_array);
        _array = larger;
    }
}
