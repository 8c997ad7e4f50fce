using AuditWatch.Sigma.Matching;

namespace AuditWatch.Sigma.Evaluation;

/// <summary>Finds the part of a text that the log withholds, knowing only which texts hold such a part.</summary>
internal static class WithheldText
{
    /// <summary>Copies a text with everything from its first mark to its last replaced by one <see cref="ValueMatcher.Withheld"/> byte; returns the length.</summary>
    public static int Mask(ReadOnlySpan<byte> text, EventView view, Span<byte> into)
    {
        // The shortest beginning that is withheld ends with the first mark; its shortest end that is withheld is that mark. Likewise from the other side.
        var firstEnd = ShortestStart(text, view);
        var first = firstEnd - ShortestEnd(text[..firstEnd], view);
        var last = text.Length - ShortestEnd(text, view);
        var lastEnd = last + ShortestStart(text[last..], view);
        text[..first].CopyTo(into);
        into[first] = ValueMatcher.Withheld;
        text[lastEnd..].CopyTo(into[(first + 1)..]);
        return first + 1 + text.Length - lastEnd;
    }

    static int ShortestStart(ReadOnlySpan<byte> text, EventView view)
    {
        int no = 0, yes = text.Length;
        while (yes - no > 1)
        {
            var middle = (no + yes) / 2;
            if (view.Withheld(text[..middle]) != UnknownReason.None) yes = middle; else no = middle;
        }
        return yes;
    }

    static int ShortestEnd(ReadOnlySpan<byte> text, EventView view)
    {
        int no = 0, yes = text.Length;
        while (yes - no > 1)
        {
            var middle = (no + yes) / 2;
            if (view.Withheld(text[^middle..]) != UnknownReason.None) yes = middle; else no = middle;
        }
        return yes;
    }
}
