namespace AuditWatch.Server.Queries;

/// <summary>One act: what, to what, with which words.</summary>
/// <param name="Route">What is done.</param>
/// <param name="Id">To what; null where the route names nothing.</param>
/// <param name="Body">A body of <see cref="ActRoute.Body"/>'s form, as JSON; empty: none.</param>
public sealed record Act(ActRoute Route, string? Id, ReadOnlyMemory<byte> Body)
{
    /// <summary>Filters, where the route takes them.</summary>
    public IReadOnlyDictionary<string, string> Filters { get; init; } = new Dictionary<string, string>();

    /// <summary>The version that the caller has seen; null: whatever it is.</summary>
    public long? IfVersion { get; init; }

    /// <summary>The same, of what has no number for a version.</summary>
    public string? IfState { get; init; }
}

/// <summary>What an act answered.</summary>
/// <param name="Json">The thing as it now stands.</param>
/// <param name="Version">Its version, where it has one.</param>
/// <param name="State">Its version, where that is no number.</param>
public sealed record ActAnswer(ReadOnlyMemory<byte> Json, long? Version = null, string? State = null);
