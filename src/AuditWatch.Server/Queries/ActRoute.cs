using AuditWatch.Server.Access;

namespace AuditWatch.Server.Queries;

/// <summary>One thing that people can do through the API, and so through the command line: its name, its HTTP form, and what it does in one sentence.</summary>
/// <param name="Name">The operation's id.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">Below <c>/api/v1/</c>; <c>{id}</c> is what it is done to.</param>
/// <param name="Summary">What it does.</param>
/// <param name="Body">What the body holds; null: it takes none.</param>
public sealed record ActRoute(string Name, string Method, string Path, string Summary, Type? Body)
{
    /// <summary>Who may do it.</summary>
    public required AccessPolicy Policy { get; init; }

    /// <summary>What a version looks like that the act may be bound to; null: there is none.</summary>
    public VersionForm? Version { get; init; }
}
