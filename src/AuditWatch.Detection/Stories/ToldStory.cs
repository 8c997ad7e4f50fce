namespace AuditWatch.Detection.Stories;

/// <summary>A story as written: events in time, and what must become of them.</summary>
/// <param name="File">Its file.</param>
/// <param name="Line">Where in it.</param>
/// <param name="Correlation">The correlation that the whole file is about; null when it is about none.</param>
/// <param name="It">What it shows, in words.</param>
/// <param name="Profile">Whose own identities are expected.</param>
/// <param name="Events">The events, in order.</param>
/// <param name="Alerts">How many alerts each of these rules raises.</param>
/// <param name="InOrder">The alerts of the rules named here, in order of time; null when the order is not asked.</param>
/// <param name="Incidents">How many incidents stand at the end; null when that is not asked.</param>
sealed record ToldStory(
    string File, int Line, string? Correlation, string It, string Profile, IReadOnlyList<ReadOnlyMemory<byte>> Events, IReadOnlyDictionary<string, int> Alerts, IReadOnlyList<string>? InOrder, int? Incidents);
