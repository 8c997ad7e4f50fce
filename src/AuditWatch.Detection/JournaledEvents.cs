namespace AuditWatch.Detection;

/// <summary>Audit events of one cluster as the journal holds them: the records of one frame, or its rest.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="Segment">The segment's number.</param>
/// <param name="Frame">The frame's number.</param>
/// <param name="ReceivedMicros">When they were received.</param>
/// <param name="Records">The events; borrowed for the call.</param>
/// <param name="FirstIndex">Index of the first record within the frame.</param>
public sealed record JournaledEvents(
    string Cluster, int Segment, int Frame, long ReceivedMicros, IReadOnlyList<ReadOnlyMemory<byte>> Records, int FirstIndex = 0);
