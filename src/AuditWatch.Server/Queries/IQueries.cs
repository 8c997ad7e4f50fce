namespace AuditWatch.Server.Queries;

/// <summary>What people ask of a server's data; answered from the data folder itself or over HTTP alike. Rows are JSON objects as UTF-8.</summary>
public interface IQueries : IAsyncDisposable
{
    /// <summary>
    /// A page of <paramref name="collection"/> (events, alerts, timeline, quarantine, clusters, rules, sources). Filters are the query parameters of the HTTP API.
    /// Throws <see cref="QueryFault"/> for a filter that does not exist or cannot be read.
    /// </summary>
    Task<RowPage> ListAsync(string collection, IReadOnlyDictionary<string, string> filters, CancellationToken stop);

    /// <summary>One item of a collection with everything known of it; null when there is none.</summary>
    Task<ReadOnlyMemory<byte>?> ShowAsync(string collection, string id, CancellationToken stop);

    /// <summary>Rows of a read-only SQL statement.</summary>
    Task<RowPage> SqlAsync(string statement, long limit, CancellationToken stop);

    /// <summary>Makes a cluster's credential; the answer is the only place where its token is ever shown.</summary>
    Task<ReadOnlyMemory<byte>> AddClusterAsync(NewCluster cluster, CancellationToken stop);

    /// <summary>Sends quarantined records through the pipeline again.</summary>
    Task<ReadOnlyMemory<byte>> ReplayQuarantineAsync(string? id, CancellationToken stop);

    /// <summary>Lets a source forget how far it is: it begins again with the oldest event that its hub still has.</summary>
    Task<ReadOnlyMemory<byte>> ResetSourceAsync(string name, CancellationToken stop);

    /// <summary>Sends documents that Elasticsearch refused to it again.</summary>
    Task<ReadOnlyMemory<byte>> ReplayDeadLettersAsync(string? id, CancellationToken stop);

    /// <summary>Does one of <see cref="Acts"/>. Throws <see cref="QueryFault"/> when it cannot be done.</summary>
    Task<ActAnswer> ActAsync(Act act, CancellationToken stop);
}

/// <summary>Rows, and the cursor of the next page (null at the end).</summary>
public sealed record RowPage(IReadOnlyList<ReadOnlyMemory<byte>> Rows, string? Next);

/// <summary>What <c>clusters add</c> is told.</summary>
/// <param name="Name">The cluster.</param>
/// <param name="ClientCn">CN that its client certificate must have; null: its name.</param>
/// <param name="Url">Where the API server reaches us, for the kubeconfig; null: a placeholder is written.</param>
/// <param name="CaPem">Authority of our certificate, for the kubeconfig; null: none.</param>
public sealed record NewCluster(string Name, string? ClientCn, string? Url, string? CaPem);

/// <summary>A question that cannot be answered as asked: what is wrong and what to change.</summary>
public sealed class QueryFault(string message, int status = 400) : Exception(message)
{
    /// <summary>The HTTP status that says so.</summary>
    public int Status => status;

    /// <summary>What a program needs to know of it.</summary>
    public IDictionary<string, object?>? Details { get; init; }
}
