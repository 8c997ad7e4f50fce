using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace AuditWatch.Storage.Elasticsearch.Kibana;

/// <summary>Requests to one space of one Kibana.</summary>
public sealed class KibanaConnection : IDisposable
{
    readonly HttpClient _http;
    readonly string _root, _space;

    /// <summary>Sets up; nothing is sent yet.</summary>
    /// <exception cref="ElasticsearchFault">A file or the URL cannot be used.</exception>
    public KibanaConnection(KibanaPlace place)
    {
        Place = place;
        if (!Uri.TryCreate(place.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw new ElasticsearchFault(ElasticsearchFaultKind.Unusable, $"The Kibana URL '{place.Url}' must be an http or https URL.");
        if (place.Space.Length == 0 || !place.Space.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_'))
            throw new ElasticsearchFault(ElasticsearchFaultKind.Unusable, $"'{place.Space}' is no identifier of a space: lower case letters, digits, '-' and '_'. Kibana shows it in the URL after /s/.");
        if (place.Namespace is { } name && !ElasticsearchPlace.IsNamespace(name))
            throw new ElasticsearchFault(ElasticsearchFaultKind.Unusable, $"The namespace '{name}' cannot end a data stream's name: lower case, no '-', at most 100 characters.");
        _root = place.Url.TrimEnd('/');
        _space = place.Space == "default" ? _root : $"{_root}/s/{place.Space}";
        // A redirect leads to a login page: the credential did not count.
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        if (CertificateTrust.Of(place.CaFile) is { } trust) handler.SslOptions.CertificateChainPolicy = trust;
        _http = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(60) };
        _http.DefaultRequestHeaders.Authorization = Credential(place);
    }

    /// <summary>Where it leads.</summary>
    public KibanaPlace Place { get; }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>A request outside of any space, such as about spaces.</summary>
    internal Task<ElasticsearchAnswer> RootAsync(string path, CancellationToken stop) => SendAsync(HttpMethod.Get, _root + path, null, stop);

    internal Task<ElasticsearchAnswer> GetAsync(string path, CancellationToken stop) => SendAsync(HttpMethod.Get, _space + path, null, stop);

    internal Task<ElasticsearchAnswer> PostAsync(string path, string json, CancellationToken stop) =>
        SendAsync(HttpMethod.Post, _space + path, new StringContent(json, Encoding.UTF8, "application/json"), stop);

    /// <summary>Uploads NDJSON as the file that Kibana's import wants.</summary>
    internal Task<ElasticsearchAnswer> UploadAsync(string path, string ndjson, CancellationToken stop)
    {
        var file = new ByteArrayContent(Encoding.UTF8.GetBytes(ndjson));
        file.Headers.ContentType = new MediaTypeHeaderValue("application/ndjson");
        return SendAsync(HttpMethod.Post, _space + path, new MultipartFormDataContent { { file, "file", "auditwatch.ndjson" } }, stop);
    }

    async Task<ElasticsearchAnswer> SendAsync(HttpMethod method, string url, HttpContent? body, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(method, url) { Content = body };
        request.Headers.Add("kbn-xsrf", "auditwatch");   // Kibana takes no change without it
        try
        {
            using var response = await _http.SendAsync(request, stop).ConfigureAwait(false);
            return new ElasticsearchAnswer((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(stop).ConfigureAwait(false), null);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or OperationCanceledException && !stop.IsCancellationRequested)
        {
            var reason = fault;
            while (reason.InnerException is { } inner) reason = inner;
            return new ElasticsearchAnswer(0, default, fault is OperationCanceledException ? "no answer in time" : reason.Message);
        }
    }

    /// <summary>Throws what a request that did not go well means.</summary>
    internal void Check(ElasticsearchAnswer answer, string what)
    {
        if (answer.IsSuccess) return;
        var reason = Reason(answer);
        throw answer.Status switch
        {
            0 => new ElasticsearchFault(ElasticsearchFaultKind.OutOfReach, $"Kibana at {_root} is out of reach: {reason}"),
            401 or 302 or 303 => new ElasticsearchFault(ElasticsearchFaultKind.Refused, $"Kibana at {_root} wants a credential, or not this one, to {what}: {reason}. Give --api-key-file, or --username and --password-file."),
            403 => new ElasticsearchFault(ElasticsearchFaultKind.Refused,
                $"Kibana at {_root} does not let us {what}: {reason}. It takes the privilege 'all' on Saved Objects Management, Dashboard, Discover and Data Views of the space '{Place.Space}'."),
            429 or >= 500 => new ElasticsearchFault(ElasticsearchFaultKind.OutOfReach, $"Kibana at {_root} could not {what} ({answer.Status}): {reason}. Try again."),
            _ => new ElasticsearchFault(ElasticsearchFaultKind.Unusable, $"Kibana at {_root} did not {what} ({answer.Status}): {reason}"),
        };
    }

    internal static string Reason(ElasticsearchAnswer answer) =>
        answer.Json is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String ? message.GetString()! : answer.Failure ?? $"status {answer.Status}";

    static AuthenticationHeaderValue? Credential(KibanaPlace place)
    {
        if (place.ApiKeyFile is { } key) return new AuthenticationHeaderValue("ApiKey", Secret(key));
        if (place.Username is not { } user) return null;
        var password = Secret(place.PasswordFile ?? throw new ElasticsearchFault(ElasticsearchFaultKind.Unusable, "A username needs a password file."));
        return new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
    }

    static string Secret(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ElasticsearchFault(ElasticsearchFaultKind.Unusable, $"The credential file '{file}' cannot be read: {fault.Message}");
        }
    }
}
