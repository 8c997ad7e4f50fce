using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Model;

/// <summary>A field path of an audit event (or <c>aw.</c> derived field), bound once by <see cref="AuditSchema"/> and cheap to look up after that.</summary>
public sealed class FieldPath
{
    internal FieldPath(string text, int slot, HotField root, FieldSteps steps) => (Text, Slot, Root, Steps) = (text, slot, root, steps);

    internal FieldPath(string text, int slot, DerivedField derived, FieldSteps steps) => (Text, Slot, Derived, Steps, Root) = (text, slot, derived, steps, HotField.Count);

    /// <summary>As written in a rule, for instance <c>objectRef.resource</c>.</summary>
    public string Text { get; }

    /// <summary>A dense number, one per distinct path of the process.</summary>
    public int Slot { get; }

    // The scanned field the path begins at; Count for derived fields.
    internal HotField Root { get; }

    internal DerivedField Derived { get; }

    // What is left of the path below the root.
    internal FieldSteps Steps { get; }
}
