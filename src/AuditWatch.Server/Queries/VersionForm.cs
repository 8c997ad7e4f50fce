namespace AuditWatch.Server.Queries;

/// <summary>How the version of a thing is written.</summary>
public enum VersionForm
{
    /// <summary>A number that grows.</summary>
    Number,

    /// <summary>A text that only its maker reads.</summary>
    Text,
}
