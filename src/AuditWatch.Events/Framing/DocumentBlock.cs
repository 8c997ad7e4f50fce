using System.Buffers;
using System.Runtime.InteropServices;

namespace AuditWatch.Events.Framing;

/// <summary>Some whole documents, one after the other in memory. May be handed to another thread; give the memory back by disposing it.</summary>
public sealed class DocumentBlock : IDisposable
{
    readonly List<DocumentRange> _documents;
    byte[]? _buffer;
    readonly int _length;

    internal DocumentBlock(byte[] buffer, int length, List<DocumentRange> documents)
    {
        _buffer = buffer;
        _length = length;
        _documents = documents;
    }

    /// <summary>The bytes that the documents lie in.</summary>
    public ReadOnlyMemory<byte> Bytes => new(_buffer ?? throw new ObjectDisposedException(nameof(DocumentBlock)), 0, _length);

    /// <summary>The documents in their order.</summary>
    public ReadOnlySpan<DocumentRange> Documents => CollectionsMarshal.AsSpan(_documents);

    /// <summary>The bytes of one document.</summary>
    public ReadOnlyMemory<byte> this[DocumentRange document] => Bytes.Slice(document.Offset, document.Length);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
            ArrayPool<byte>.Shared.Return(buffer);
    }
}
