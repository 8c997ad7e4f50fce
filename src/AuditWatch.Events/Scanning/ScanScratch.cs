namespace AuditWatch.Events.Scanning;

/// <summary>How the memory is laid out that a scan needs beside the document: taken from the stack once, by whoever starts the scan.</summary>
static class ScanScratch
{
    /// <summary>The last block of the document, filled up.</summary>
    internal const int LastBlock = 0;

    /// <summary>Closing brackets due, innermost last.</summary>
    internal const int Due = LastBlock + 64;

    /// <summary>Enough for what one event may hold.</summary>
    internal const int Length = Due + ContainerSkip.MaxDepth;

    /// <summary>Enough for what may stand around events.</summary>
    internal const int LengthAround = Due + ContainerSkip.MaxDepthAround;
}
