namespace AuditWatch.Server.Endpoints;

/// <summary>Marks a route that shows one thing with its version.</summary>
sealed record ShownVersion;
