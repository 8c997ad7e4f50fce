namespace AuditWatch.Events.Framing;

/// <summary>Something to read events from.</summary>
/// <param name="Name">As people know it: the path as given (a folder's file: with the folder's path in front), or <c>-</c>.</param>
/// <param name="Size">Its size in bytes as it lies there; null when nobody knows.</param>
/// <param name="Open">Opens it, packed or not, at its beginning.</param>
public sealed record InputFile(string Name, long? Size, Func<Stream> Open);
