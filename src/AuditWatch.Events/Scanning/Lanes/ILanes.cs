namespace AuditWatch.Events.Scanning.Lanes;

/// <summary>What the scanner asks of many bytes at once. One implementation for each vector width; all give the same answers.</summary>
unsafe interface ILanes
{
    /// <summary>
    /// The first byte from <paramref name="at"/> on that is a quote, a backslash or a control character; <paramref name="end"/> when none is.
    /// </summary>
    /// <param name="begin">Start of the document: bytes from here on may be read.</param>
    /// <param name="at">Where to begin.</param>
    /// <param name="end">End of the document: nothing from here on is read.</param>
    static abstract byte* StringStop(byte* begin, byte* at, byte* end);

    /// <summary>Sorts the 64 bytes at <paramref name="block"/> into bit masks, lowest bit first.</summary>
    static abstract void Sort(byte* block, out BlockMasks masks);
}

/// <summary>Which of 64 bytes are what.</summary>
struct BlockMasks
{
    internal ulong Quotes;
    internal ulong Backslashes;
    internal ulong Controls;
    internal ulong Brackets;
}
