using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace AuditWatch.Events.Scanning;

/// <summary>A hot key as it stands in plain JSON, quotes and colon included, to be compared in one go.</summary>
readonly unsafe struct KeyPattern
{
    /// <summary>As many bytes are read to compare.</summary>
    internal const int Width = 32;

    static readonly KeyPattern[] All = Build();

    readonly Vector256<byte> _bytes;
    readonly uint _mask;

    KeyPattern(ReadOnlySpan<byte> bytes)
    {
        Length = bytes.Length;
        Span<byte> padded = stackalloc byte[Width];
        bytes.CopyTo(padded);
        _bytes = Vector256.Create<byte>(padded);
        _mask = (uint)((1UL << Length) - 1);
    }

    /// <summary>Bytes from the first quote to behind the colon.</summary>
    internal int Length { get; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ref readonly KeyPattern Of(HotField field) => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(All), (int)field);

    /// <summary>Whether the pattern stands at <paramref name="at"/>, where 32 bytes may be read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool Matches(byte* at) => (Vector256.Equals(Vector256.Load(at), _bytes).ExtractMostSignificantBits() & _mask) == _mask;

    static KeyPattern[] Build()
    {
        var all = new KeyPattern[(int)HotField.Count + 1];
        for (var field = (HotField)0; field < HotField.Count; field++)
            all[(int)field] = new KeyPattern(Encoding.ASCII.GetBytes($"\"{HotKeys.NameOf(field)}\":"));
        // "Nothing known" must match nothing: the byte FF is in no UTF-8.
        all[(int)HotKeys.None] = new KeyPattern([0xFF]);
        return all;
    }
}
