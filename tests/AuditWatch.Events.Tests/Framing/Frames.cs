using AuditWatch.Events.Framing;

namespace AuditWatch.Events.Tests.Framing;

static class Frames
{
    /// <summary>All documents, copied out of their blocks.</summary>
    internal static IEnumerable<FramedDocument> Read(byte[] text, int blockSize, int maxDocument = int.MaxValue) => Read(new MemoryStream(text), blockSize, maxDocument);

    internal static IEnumerable<FramedDocument> Read(Stream stream, int blockSize, int maxDocument = int.MaxValue)
    {
        foreach (var block in DocumentFramer.Read(stream, blockSize, maxDocument))
        {
            using (block)
            {
                foreach (var document in block.Documents.ToArray())
                    yield return new FramedDocument(block[document].ToArray(), document.Line, document.IsOversize);
            }
        }
    }
}
