namespace AuditWatch.Events.Ecs;

/// <summary>What a mapped field takes.</summary>
internal enum FieldType : byte
{
    /// <summary>Objects, or arrays of them.</summary>
    Object,
    /// <summary>Terms of at most 32,766 bytes.</summary>
    Keyword,
    /// <summary>Words.</summary>
    Text,
    /// <summary>true or false</summary>
    Boolean,
    /// <summary>32 bits.</summary>
    Integer,
    /// <summary>64 bits.</summary>
    Long,
    /// <summary>A decimal number.</summary>
    Float,
    /// <summary>RFC 3339 or milliseconds since 1970.</summary>
    Date,
    /// <summary>An IPv4 or IPv6 address.</summary>
    Ip,
}
