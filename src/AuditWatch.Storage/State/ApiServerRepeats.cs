namespace AuditWatch.Storage.State;

/// <summary>How many events of an API server came again and were therefore not journaled.</summary>
/// <param name="Cluster">Its cluster.</param>
/// <param name="Source">By which way they came.</param>
/// <param name="ApiServer">Its name, or empty where that is not known.</param>
/// <param name="Repeats">How many.</param>
public sealed record ApiServerRepeats(string Cluster, string Source, string ApiServer, long Repeats);
