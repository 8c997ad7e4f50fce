namespace AuditWatch.Storage.Elasticsearch;

/// <summary>What was done about an asset.</summary>
public enum AssetChange
{
    /// <summary>It stood as wanted.</summary>
    Unchanged,
    /// <summary>It was not there.</summary>
    Created,
    /// <summary>It was there, but not as wanted.</summary>
    Updated,
    /// <summary>A data stream goes on with a new index, for new mappings to hold.</summary>
    RolledOver,
    /// <summary>The server does not know such a thing.</summary>
    LeftOut,
}
