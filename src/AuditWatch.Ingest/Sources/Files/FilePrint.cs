using System.IO.Hashing;

namespace AuditWatch.Ingest.Sources.Files;

/// <summary>A file's beginning (up to 1 KiB), by which it is known again after it was copied, packed or moved to another disk. Log lines carry ids, so no two begin alike.</summary>
internal readonly record struct FilePrint(int Length, UInt128 Hash)
{
    public const int Most = 1024;

    public static FilePrint Of(ReadOnlySpan<byte> beginning)
    {
        if (beginning.Length > Most) beginning = beginning[..Most];
        return new FilePrint(beginning.Length, XxHash128.HashToUInt128(beginning));
    }

    /// <summary>Whether a file that begins so is the one, grown since or not.</summary>
    public bool IsOf(ReadOnlySpan<byte> beginning) => beginning.Length >= Length && Of(beginning[..Length]) == this;
}
