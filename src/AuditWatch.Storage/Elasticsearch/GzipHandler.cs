namespace AuditWatch.Storage.Elasticsearch;

/// <summary>Marks bodies that are gzip already: the transport cannot set a content header.</summary>
internal sealed class GzipHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    public const string Mark = "x-auditwatch-gzip";

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Headers.Remove(Mark)) request.Content?.Headers.ContentEncoding.Add("gzip");
        return base.SendAsync(request, cancellationToken);
    }
}
