namespace AuditWatch.Detection.Reasoning;

/// <summary>The id of a rule that is written in C#: a UUID, never reused, part of every alert id.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class RuleIdAttribute(string id) : Attribute
{
    /// <summary>The UUID.</summary>
    public string Id { get; } = id;
}
