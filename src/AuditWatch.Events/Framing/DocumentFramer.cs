using System.Buffers;
using System.Runtime.ExceptionServices;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Framing;

/// <summary>
/// Takes a stream apart into JSON documents: one per line, one behind the other, over many lines, or in an array; behind a byte order mark; packed by gzip or
/// zstd. A line that begins with no bracket is a document of its own (a log shipper's text line). What is malformed is one too, up to the next line
/// that begins a document: it will not scan, and nothing else is lost.
/// </summary>
public static class DocumentFramer
{
    /// <summary>A larger document is reported as oversize and skipped.</summary>
    public const int MaxDocument = 256 * 1024 * 1024;

    const int BlockSize = 4 * 1024 * 1024;

    /// <summary>
    /// Reads the stream to its end in blocks of whole documents. Each block is the caller's to dispose. When the stream fails midway, what was read
    /// of it comes first and then the failure.
    /// </summary>
    public static IEnumerable<DocumentBlock> Read(Stream stream) => Read(stream, BlockSize, MaxDocument);

    /// <summary>The same one document after the other; each is valid until the next is asked for.</summary>
    public static IEnumerable<FramedDocument> ReadDocuments(Stream stream) => Documents(Read(stream));

    /// <summary>The same within limits. What goes beyond them is an <see cref="UnpackedTextTooLongException"/>, behind the documents that came before.</summary>
    public static IEnumerable<FramedDocument> ReadDocuments(Stream stream, FramingLimits limits) => Documents(Read(stream, BlockFor(stream), limits.MaxDocument, limits.MaxText));

    // A small body is read in one small block.
    static int BlockFor(Stream stream) => stream.CanSeek ? (int)Math.Clamp(stream.Length - stream.Position + 1, 64 * 1024, BlockSize) : BlockSize;

    static IEnumerable<FramedDocument> Documents(IEnumerable<DocumentBlock> blocks)
    {
        foreach (var block in blocks)
        {
            using (block)
            {
                for (var i = 0; i < block.Documents.Length; i++)
                {
                    var document = block.Documents[i];
                    yield return new FramedDocument(block[document], document.Line, document.IsOversize);
                }
            }
        }
    }

    /// <summary>
    /// The documents of a text that may hold several (a request's body, a broker's message), by the same rules. A text that is one document, or begins with one
    /// that does not end, is given back whole: what is broken inside of one document is for whoever takes it apart.
    /// </summary>
    public static IReadOnlyList<FramedDocument> Split(ReadOnlyMemory<byte> text)
    {
        var bytes = text.Span;
        var start = bytes.IndexOfAnyExcept(" \t\r\n"u8);
        if (start < 0 || (bytes[start] is (byte)'{' or (byte)'[' ? IsOne(bytes[start..]) : bytes[start..].TrimEnd(" \t\r\n"u8).IndexOf((byte)'\n') < 0)) return [new FramedDocument(text, 1)];
        var ranges = new List<DocumentRange>();
        new DocumentSplitter(MaxDocument).Split(bytes, isLast: true, ranges);
        return [.. ranges.Select(r => new FramedDocument(text.Slice(r.Offset, r.Length), r.Line, r.IsOversize))];
    }

    static bool IsOne(ReadOnlySpan<byte> bytes) =>
        !Containers.TryMeasure(bytes, validate: false, out var length, out _) || bytes[length..].IndexOfAnyExcept(" \t\r\n"u8) < 0;

    internal static IEnumerable<DocumentBlock> Read(Stream stream, int blockSize, int maxDocument, long maxText = long.MaxValue)
    {
        using var text = Decompression.Open(stream, maxText);
        var splitter = new DocumentSplitter(maxDocument);
        var buffer = ArrayPool<byte>.Shared.Rent(blockSize);
        for (var filled = 0; ;)
        {
            filled = Fill(text, buffer, filled, out var isLast, out var failure);
            var documents = new List<DocumentRange>();
            var done = splitter.Split(buffer.AsSpan(0, filled), isLast, documents);
            var rest = filled - done;
            // Room for as much again, so that a document that outgrows its block is looked at a few times only.
            var next = isLast ? [] : ArrayPool<byte>.Shared.Rent(Math.Max(blockSize, 2 * rest));
            if (!isLast)
                buffer.AsSpan(done, rest).CopyTo(next);
            var block = new DocumentBlock(buffer, filled, documents);
            if (documents.Count > 0)
                yield return block;
            else
                block.Dispose();
            failure?.Throw();
            if (isLast)
                yield break;
            buffer = next;
            filled = rest;
        }
    }

    static int Fill(Stream text, byte[] buffer, int filled, out bool isLast, out ExceptionDispatchInfo? failure)
    {
        failure = null;
        try
        {
            while (filled < buffer.Length)
            {
                var read = text.Read(buffer.AsSpan(filled));
                if (read == 0)
                {
                    isLast = true;
                    return filled;
                }
                filled += read;
            }
            isLast = false;
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or ZstdSharp.ZstdException or UnauthorizedAccessException)
        {
            failure = ExceptionDispatchInfo.Capture(fault);
            isLast = true;
        }
        return filled;
    }
}
