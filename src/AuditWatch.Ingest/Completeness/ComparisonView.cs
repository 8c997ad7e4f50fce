namespace AuditWatch.Ingest.Completeness;

/// <summary>What API servers say they recorded, beside what we have of it.</summary>
/// <param name="State"><c>waiting</c> for a first reading, <c>complete</c>, <c>behind</c> (what is missing may still be on its way), <c>missing</c>, <c>more</c> (others post too), <c>no-answer</c>.</param>
/// <param name="Says">Events that the API servers counted since the beginning of the comparison.</param>
/// <param name="Have">Events of them that the journal has.</param>
/// <param name="Edge">How far the two may differ for events at the very moments of the readings; 0: exact, the cluster was quiet.</param>
/// <param name="LostThere">Events that the API servers say they lost themselves.</param>
/// <param name="Missing">Events found missing beyond that, so far.</param>
/// <param name="SinceMicros">Since when is compared.</param>
/// <param name="AsOfMicros">Up to when.</param>
/// <param name="Error">Why the last reading failed; null when it did not.</param>
public sealed record ComparisonView(string State, long Says, long Have, long Edge, long LostThere, long Missing, long SinceMicros, long AsOfMicros, string? Error);
