using System.Runtime.Intrinsics;

namespace AuditWatch.Events.Scanning.Lanes;

/// <summary>How many bytes the scanner compares at a time.</summary>
enum LaneWidth
{
    Scalar = 1,
    Bytes16 = 16,
    Bytes32 = 32,
    Bytes64 = 64,
}

static class LaneWidths
{
    /// <summary>The widest that this machine has.</summary>
    internal static readonly LaneWidth Best = Vector512.IsHardwareAccelerated ? LaneWidth.Bytes64
        : Vector256.IsHardwareAccelerated ? LaneWidth.Bytes32
        : Vector128.IsHardwareAccelerated ? LaneWidth.Bytes16
        : LaneWidth.Scalar;
}
