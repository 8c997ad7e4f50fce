using AuditWatch.Events;

namespace AuditWatch.Detection.State;

/// <summary>How far a cluster's reasoning is, in event time; saved with the position.</summary>
/// <param name="NewestMicros">The newest event time seen.</param>
/// <param name="WatermarkMicros">Up to where everything has been judged in order.</param>
/// <param name="NextSequence">The next sighting's number.</param>
/// <param name="ReadAfter">The record before the oldest one that is still in the reorder buffer's reach: a restart reads again from there. Null when nothing waits.</param>
sealed record ReasonerClock(long NewestMicros, long WatermarkMicros, long NextSequence, EventPosition? ReadAfter);
