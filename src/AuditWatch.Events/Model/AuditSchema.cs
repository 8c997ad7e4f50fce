namespace AuditWatch.Events.Model;

/// <summary>Which fields an audit event can have, and what they are called.</summary>
public static class AuditSchema
{
    /// <summary>Binds a path. False, with a sentence (and a suggestion where one is near), when no audit event can have such a field.</summary>
    public static bool TryBind(string path, out FieldPath field, out string? problem) => throw new NotImplementedException();
}
