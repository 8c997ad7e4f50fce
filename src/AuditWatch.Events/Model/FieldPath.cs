namespace AuditWatch.Events.Model;

/// <summary>A field path of an audit event (or <c>aw.</c> derived field), bound once by <see cref="AuditSchema"/> and cheap to look up after that.</summary>
public sealed class FieldPath
{
    internal FieldPath(string text, int slot) => (Text, Slot) = (text, slot);

    /// <summary>As written in a rule, for instance <c>objectRef.resource</c>.</summary>
    public string Text { get; }

    /// <summary>A dense number, one per distinct path of the process.</summary>
    public int Slot { get; }
}
