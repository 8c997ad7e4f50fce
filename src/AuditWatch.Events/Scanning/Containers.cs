using System.Runtime.CompilerServices;
using AuditWatch.Events.Scanning.Lanes;

namespace AuditWatch.Events.Scanning;

/// <summary>Finds the end of the object or array that bytes begin with.</summary>
static class Containers
{
    /// <param name="bytes">Begin with the opening bracket and may go on behind the closing one.</param>
    /// <param name="validate">Everything inside must be JSON; otherwise brackets and quotes need only balance.</param>
    /// <param name="length">Bytes up to and with the closing bracket.</param>
    /// <param name="error">Why there is no such end.</param>
    internal static bool TryMeasure(ReadOnlySpan<byte> bytes, bool validate, out int length, out ScanError error) => LaneWidths.Best switch
    {
        LaneWidth.Bytes64 => TryMeasure<Lanes64>(bytes, validate, out length, out error),
        LaneWidth.Bytes32 => TryMeasure<Lanes32>(bytes, validate, out length, out error),
        LaneWidth.Bytes16 => TryMeasure<Lanes16>(bytes, validate, out length, out error),
        _ => TryMeasure<ScalarLanes>(bytes, validate, out length, out error),
    };

    [SkipLocalsInit]
    static unsafe bool TryMeasure<TLanes>(ReadOnlySpan<byte> bytes, bool validate, out int length, out ScanError error) where TLanes : struct, ILanes
    {
        var scratch = stackalloc byte[ScanScratch.LengthAround];
        fixed (byte* begin = bytes)
        {
            var json = new JsonCursor<TLanes>(begin, begin + bytes.Length, scratch);
            var behind = validate
                ? ContainerSkip.Over(ref json, begin, 0, ContainerSkip.MaxDepthAround)
                : BodySkip.Over(ref json, begin, 0, ContainerSkip.MaxDepthAround);
            error = json.Error;
            length = behind == null ? 0 : (int)(behind - begin);
            return behind != null;
        }
    }
}
