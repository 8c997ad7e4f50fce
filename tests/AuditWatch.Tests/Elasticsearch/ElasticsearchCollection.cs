using Xunit;

namespace AuditWatch.Tests.Elasticsearch;

/// <summary>Tests that look at one filled Elasticsearch.</summary>
[CollectionDefinition(Name)]
public sealed class ElasticsearchCollection : ICollectionFixture<FilledStreams>
{
    public const string Name = "elasticsearch";
}
