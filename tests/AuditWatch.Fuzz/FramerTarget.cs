using AuditWatch.Events.Framing;

namespace AuditWatch.Fuzz;

/// <summary>However a text is cut into blocks, the framer must find the same documents, in order, apart from each other, within the text.</summary>
static class FramerTarget
{
    internal static void Run(byte[] text)
    {
        // Packed input may be broken in as many ways as there are packers; here only the cutting is looked at.
        if (text is [0x1F, 0x8B, ..] or [0x28, 0xB5, 0x2F, 0xFD, ..] or [_, 0x2A, 0x4D, 0x18, ..])
            return;
        var whole = Documents(text, 1 << 20);
        foreach (var blockSize in new[] { 16, 64, 1024 })
        {
            if (!whole.SequenceEqual(Documents(text, blockSize)))
                throw new InvalidOperationException($"blocks of {blockSize} bytes give other documents");
        }
        var at = 0;
        foreach (var (document, _) in whole)
        {
            var next = text.AsSpan(at).IndexOf(Convert.FromBase64String(document));
            if (document.Length == 0 || next < 0)
                throw new InvalidOperationException("a document is empty, or not in the text behind the one before");
            at += next + Convert.FromBase64String(document).Length;
        }
    }

    static List<(string Document, long Line)> Documents(byte[] text, int blockSize)
    {
        List<(string, long)> found = [];
        foreach (var block in DocumentFramer.Read(new MemoryStream(text), blockSize, int.MaxValue))
        {
            using (block)
            {
                foreach (var document in block.Documents)
                    found.Add((Convert.ToBase64String(block[document].Span), document.Line));
            }
        }
        return found;
    }
}
