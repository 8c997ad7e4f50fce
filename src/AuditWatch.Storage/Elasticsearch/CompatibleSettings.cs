using Elastic.Clients.Elasticsearch;
using Elastic.Transport;
using Elastic.Transport.Products;
using Elastic.Transport.Products.Elasticsearch;

namespace AuditWatch.Storage.Elasticsearch;

/// <summary>
/// Client settings that speak plain JSON. The 9.x client otherwise asks for <c>compatible-with=9</c>, which an 8.19 server refuses; plain JSON both answer, and
/// a rolling upgrade from 8 to 9 needs no restart.
/// </summary>
internal sealed class CompatibleSettings(NodePool pool, IRequestInvoker invoker) : ElasticsearchClientSettings(pool, invoker), ITransportConfiguration
{
    static readonly ProductRegistration Plain = new PlainJson();

    ProductRegistration ITransportConfiguration.ProductRegistration => Plain;

    sealed class PlainJson() : ElasticsearchProductRegistration(typeof(ElasticsearchClient))
    {
        public override string? TransformContentType(string? contentType) =>
            contentType?.StartsWith("application/vnd.elasticsearch+json", StringComparison.Ordinal) == true ? "application/json" : base.TransformContentType(contentType);
    }
}
