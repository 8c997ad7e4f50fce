using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace AuditWatch.Ingest.Sources.Files;

/// <summary>
/// What stays the same when a file is renamed: device and inode. .NET does not tell them, so this asks the C library (<c>statx</c>, whose layout is the same on
/// every processor). Elsewhere it is unknown, and files are told by their beginning alone. An inode is used again after a file is deleted: never trust it alone.
/// </summary>
internal readonly partial record struct FileIdentity(ulong Device, ulong Inode)
{
    const int EmptyPath = 0x1000;
    const uint InodeField = 0x100;

    public bool IsKnown => Inode != 0;

    public static FileIdentity Of(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux()) return default;
        Span<byte> answer = stackalloc byte[256];
        try
        {
            if (Statx(file, "", EmptyPath, InodeField, ref MemoryMarshal.GetReference(answer)) != 0) return default;
        }
        catch (EntryPointNotFoundException)
        {
            return default;   // a C library of before 2018
        }
        // struct statx: stx_ino at 32, stx_dev_major at 136, stx_dev_minor at 140.
        return new FileIdentity(((ulong)MemoryMarshal.Read<uint>(answer[136..]) << 32) | MemoryMarshal.Read<uint>(answer[140..]), MemoryMarshal.Read<ulong>(answer[32..]));
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(SafeFileHandle folder, string path, int flags, uint mask, ref byte answer);
}
