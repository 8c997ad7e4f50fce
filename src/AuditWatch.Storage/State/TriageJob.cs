namespace AuditWatch.Storage.State;

/// <summary>A bulk change: what was asked, and how far it came.</summary>
/// <param name="Id">The job.</param>
/// <param name="AtMicros">When it began, microseconds since 1970.</param>
/// <param name="Who">Who asked for it.</param>
/// <param name="Via">How we know.</param>
/// <param name="Query">The filters, as JSON.</param>
/// <param name="Change">The change, as JSON.</param>
/// <param name="Matched">How many alerts the filters matched when it began.</param>
/// <param name="Changed">How many it changed; after an undo how many were put back.</param>
/// <param name="Skipped">How many it left alone: changed by somebody else meanwhile, refused, or so already.</param>
/// <param name="State">running, done, undone.</param>
public sealed record TriageJob(
    long Id, long AtMicros, string Who, string Via, string Query, string Change, long Matched, long Changed, long Skipped, string State);
