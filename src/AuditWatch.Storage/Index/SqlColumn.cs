namespace AuditWatch.Storage.Index;

/// <summary>A column of an answer.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its SQL type.</param>
public sealed record SqlColumn(string Name, string Type);
