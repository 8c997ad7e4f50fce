namespace AuditWatch.Server.Configuration;

/// <summary>What a process does. One that does all of it needs nobody else; processes apart share the journal, the state and the bus.</summary>
[Flags]
public enum ServeRoles
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Takes events in (webhook, sources) and journals them.</summary>
    Ingest = 1,

    /// <summary>Owns partitions of the journal and raises alerts; brings alerts from the outbox to the bus.</summary>
    Detect = 2,

    /// <summary>Owns partitions of the journal and writes them to Elasticsearch, alerts too.</summary>
    Index = 4,

    /// <summary>Answers questions.</summary>
    Api = 8,

    /// <summary>Tells people of alerts.</summary>
    Notify = 16,

    /// <summary>Everything.</summary>
    All = Ingest | Detect | Index | Api | Notify,
}
