using Elastic.Clients.Elasticsearch;
using Elastic.Transport;
using HttpMethod = Elastic.Transport.HttpMethod;

namespace AuditWatch.Storage.Elasticsearch;

/// <summary>One set-up of URL, TLS, credential and media types for everything that speaks to Elasticsearch. Never throws for what the server or the network does.</summary>
public sealed class ElasticsearchConnection : IDisposable
{
    static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);
    static readonly RequestConfiguration Json = new() { Accept = "application/json", ContentType = "application/json", DisableAuditTrail = true };
    static readonly RequestConfiguration Bulk = new()
    {
        Accept = "application/json", ContentType = "application/x-ndjson", TransferEncodingChunked = true, DisableAuditTrail = true,
    };

    static readonly RequestConfiguration BulkGzip = new()
    {
        Accept = "application/json", ContentType = "application/x-ndjson", TransferEncodingChunked = true, DisableAuditTrail = true,
        Headers = new System.Collections.Specialized.NameValueCollection { [GzipHandler.Mark] = "1" },
    };

    readonly CompatibleSettings _settings;
    readonly HttpRequestInvoker _invoker;

    /// <summary>Sets up; nothing is sent yet.</summary>
    /// <exception cref="ElasticsearchFault">A file cannot be used.</exception>
    public ElasticsearchConnection(ElasticsearchPlace place)
    {
        Place = place;
        if (!Uri.TryCreate(place.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw new ElasticsearchFault(ElasticsearchFaultKind.Unusable, $"The Elasticsearch URL '{place.Url}' must be an http or https URL.");
        if (!ElasticsearchPlace.IsNamespace(place.Namespace))
            throw new ElasticsearchFault(ElasticsearchFaultKind.Unusable, $"The namespace '{place.Namespace}' cannot end a data stream's name: lower case, no '-', at most 100 characters.");
        IsLocal = url.IsLoopback;
        var trust = CertificateTrust.Of(place.CaFile);
        _invoker = new HttpRequestInvoker((inner, _) =>
        {
            if (trust is not null && inner is SocketsHttpHandler sockets) sockets.SslOptions.CertificateChainPolicy = trust;
            return new GzipHandler(inner);
        });
        _settings = new CompatibleSettings(new SingleNodePool(url), _invoker);
        _settings.EnableHttpCompression(false).RequestTimeout(Deadline);
        if (place.ApiKeyFile is { } key) _settings.Authentication(Credential(null, key));
        else if (place.Username is { } user) _settings.Authentication(Credential(user, place.PasswordFile
            ?? throw new ElasticsearchFault(ElasticsearchFaultKind.Unusable, "A username needs a password file.")));
        Client = new ElasticsearchClient(_settings);
    }

    /// <summary>Where it leads.</summary>
    public ElasticsearchPlace Place { get; }

    /// <summary>Whether it stays on this machine, where compressing costs more than it saves.</summary>
    public bool IsLocal { get; }

    /// <summary>The typed client over the same connection.</summary>
    internal ElasticsearchClient Client { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _invoker.Dispose();
        ((IDisposable)_settings).Dispose();
    }

    internal Task<ElasticsearchAnswer> GetAsync(string path, CancellationToken stop) => SendAsync(HttpMethod.GET, path, null, Json, stop);

    internal Task<ElasticsearchAnswer> PutAsync(string path, ReadOnlyMemory<byte>? body, CancellationToken stop) => SendAsync(HttpMethod.PUT, path, body, Json, stop);

    internal Task<ElasticsearchAnswer> PostAsync(string path, ReadOnlyMemory<byte>? body, CancellationToken stop) => SendAsync(HttpMethod.POST, path, body, Json, stop);

    internal Task<ElasticsearchAnswer> DeleteAsync(string path, ReadOnlyMemory<byte>? body, CancellationToken stop) => SendAsync(HttpMethod.DELETE, path, body, Json, stop);

    internal Task<ElasticsearchAnswer> BulkAsync(string path, ReadOnlyMemory<byte> body, bool isGzip, CancellationToken stop) =>
        SendAsync(HttpMethod.POST, path, body, isGzip ? BulkGzip : Bulk, stop);

    // The transport's own time-out ends with the headers; ours covers the body too.
    async Task<ElasticsearchAnswer> SendAsync(HttpMethod method, string path, ReadOnlyMemory<byte>? body, RequestConfiguration configuration, CancellationToken stop)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(Deadline);
        try
        {
            var response = await Client.Transport.RequestAsync<BytesResponse>(new EndpointPath(method, path), body is { } bytes ? new OutgoingBody(bytes) : null, null, configuration, deadline.Token)
                .ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
            var details = response.ApiCallDetails;
            if (details.HttpStatusCode is not { } status)
                return new ElasticsearchAnswer(0, default, Reason(details.OriginalException) ?? "no answer");
            return new ElasticsearchAnswer(status, response.Body ?? [], null);
        }
        catch (Exception fault) when (fault is TransportException or UnexpectedTransportException or IOException or HttpRequestException or OperationCanceledException && !stop.IsCancellationRequested)
        {
            return new ElasticsearchAnswer(0, default, Reason(fault));
        }
    }

    static string? Reason(Exception? fault)
    {
        while (fault?.InnerException is { } inner) fault = inner;
        return fault is OperationCanceledException ? "no answer in time" : fault?.Message;
    }

    static FileCredential Credential(string? user, string file)
    {
        if (!File.Exists(file)) throw new ElasticsearchFault(ElasticsearchFaultKind.Unusable, $"The credential file '{file}' does not exist.");
        return new FileCredential(user, file);
    }
}
