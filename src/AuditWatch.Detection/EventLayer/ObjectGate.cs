using System.Text;
using AuditWatch.Events.Model;
using AuditWatch.Events.Scanning;
using AuditWatch.Sigma.Compilation;

namespace AuditWatch.Detection.EventLayer;

/// <summary>The names and namespaces of objects that a rule speaks of, when it names them: on all others it is false and need not be asked.</summary>
sealed class ObjectGate
{
    // More are not looked up faster than the rule is asked.
    const int Most = 12;

    readonly byte[][]? _names, _namespaces;

    ObjectGate(byte[][]? names, byte[][]? namespaces) => (_names, _namespaces) = (names, namespaces);

    /// <summary>Null when the rule names none.</summary>
    public static ObjectGate? Of(CompiledRule rule)
    {
        var (names, namespaces) = (Texts(rule, "objectRef.name"), Texts(rule, "objectRef.namespace"));
        return names is null && namespaces is null ? null : new ObjectGate(names, namespaces);
    }

    /// <summary>Whether the event's object may be one that the rule speaks of.</summary>
    public bool Admits(AuditEvent e) => Admits(e, HotField.ObjectName, _names) && Admits(e, HotField.ObjectNamespace, _namespaces);

    static bool Admits(AuditEvent e, HotField field, byte[][]? texts)
    {
        // What is escaped or not ASCII may be equal without looking so.
        if (texts is null || !e.Ranges.Has(field) || !e.Ranges.IsString(field) || e.Ranges.IsEscaped(field)) return true;
        var value = e.Ranges.Of(e.Utf8.Span, field);
        foreach (var text in texts)
            if (text.Length == value.Length && Ascii.EqualsIgnoreCase(value, text)) return true;
        return !Ascii.IsValid(value);
    }

    static byte[][]? Texts(CompiledRule rule, string field) =>
        rule.PossibleValues(field) is { Count: <= Most } values && values.All(v => Ascii.IsValid(v)) ? [.. values.Select(Encoding.ASCII.GetBytes)] : null;
}
