namespace AuditWatch.Events.Redaction;

/// <summary>What kind of object a part of a body belongs to.</summary>
internal enum BodyScope : byte
{
    /// <summary>Nothing that keeps its secrets in a known place.</summary>
    Other,
    /// <summary>A Secret, a list or table of them, or a patch for one.</summary>
    Secret,
    /// <summary>The same of ConfigMaps, when those are to be cleaned.</summary>
    ConfigMap,
}
