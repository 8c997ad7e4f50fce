namespace AuditWatch.Sigma.Extensions;

/// <summary>A correlation that holds where its group was not seen within its timespan before, and enough was seen before to say so.</summary>
/// <param name="Learning">How long to watch before anything is called new.</param>
/// <param name="Events">How many matches to have seen before anything is called new.</param>
/// <param name="Per">Entries of the group-by for each of which the learning begins anew; empty: once for the whole.</param>
public sealed record FirstSeen(TimeSpan Learning, long Events, IReadOnlyList<string> Per);
