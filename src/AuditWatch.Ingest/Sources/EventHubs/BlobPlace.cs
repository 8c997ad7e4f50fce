using Azure.Core;
using Azure.Storage.Blobs;

namespace AuditWatch.Ingest.Sources.EventHubs;

/// <summary>A blob container, and how to get in.</summary>
/// <param name="Container">Its address, <c>https://ACCOUNT.blob.core.windows.net/CONTAINER</c>.</param>
/// <param name="ReadConnectionString">Reads the storage account's connection string, anew each time; null: <paramref name="Identity"/>.</param>
/// <param name="Identity">Who we are at Azure, where there is no connection string.</param>
public sealed class BlobPlace(Uri Container, Func<string>? ReadConnectionString, AzureIdentity? Identity = null)
{
    readonly Lock _gate = new();
    BlobContainerClient? _client;
    string? _connectionString;

    internal BlobContainerClient Open()
    {
        var connectionString = ReadConnectionString?.Invoke();
        lock (_gate)
        {
            if (_client is not null && connectionString == _connectionString) return _client;
            _connectionString = connectionString;
            return _client = Make(connectionString);
        }
    }

    /// <summary>For messages; the address holds no secret.</summary>
    public override string ToString() => Container.ToString();

    BlobContainerClient Make(string? connectionString)
    {
        var options = new BlobClientOptions { Retry = { MaxRetries = 2, Mode = RetryMode.Exponential, Delay = TimeSpan.FromMilliseconds(300), NetworkTimeout = TimeSpan.FromSeconds(10) } };
        if (connectionString is null) return new BlobContainerClient(Container, (Identity ?? new AzureIdentity()).Open(), options);
        var named = new BlobUriBuilder(Container);
        BlobContainerClient client;
        try
        {
            client = new BlobContainerClient(connectionString, named.BlobContainerName, options);
        }
        catch (FormatException fault)
        {
            throw new IOException($"The connection string for checkpoint_store cannot be understood: {fault.Message}", fault);
        }
        return client.AccountName == named.AccountName
            ? client : throw new IOException($"checkpoint_store names the storage account '{named.AccountName}', but the connection string is for '{client.AccountName}'.");
    }
}
