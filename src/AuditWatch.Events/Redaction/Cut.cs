namespace AuditWatch.Events.Redaction;

/// <summary>A range of the event that a mark replaces. <paramref name="Quotes"/>: how often the mark's own quotes are escaped, or -1 when it stands inside a string.</summary>
internal readonly record struct Cut(int Start, int End, ulong Tag, int Quotes);
