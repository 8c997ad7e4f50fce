using System.Text.Json;

namespace AuditWatch.Events.Model;

/// <summary>What an event says about a field.</summary>
public enum AnswerKind : byte
{
    /// <summary>The event was recorded in full and does not have it.</summary>
    Absent,
    /// <summary>The log cannot say; see <see cref="FieldAnswer.Why"/>.</summary>
    Unknown,
    /// <summary>JSON null.</summary>
    Null,
    /// <summary>false</summary>
    False,
    /// <summary>true</summary>
    True,
    /// <summary>A number.</summary>
    Number,
    /// <summary>A string.</summary>
    Text,
    /// <summary>An array.</summary>
    Array,
    /// <summary>An object.</summary>
    Object,
}

/// <summary>The answer to a field lookup: present with a value, absent, or unknown with reasons. Borrowed from the event; do not keep it.</summary>
public readonly ref struct FieldAnswer
{
    /// <summary>What it is.</summary>
    public AnswerKind Kind { get; init; }

    /// <summary>Why it is unknown; <see cref="UnknownReason.None"/> otherwise.</summary>
    public UnknownReason Why { get; init; }

    /// <summary>Text: unescaped UTF-8. Number: as written.</summary>
    public ReadOnlySpan<byte> Utf8 { get; init; }

    /// <summary>A small integer that is equal for equal texts, or -1 when the text is not interned. Stable for the life of the <see cref="SymbolTable"/>.</summary>
    public int Symbol { get; init; }

    /// <summary>Array, Object: the value. For a path that led through an array of objects, one array of all values reached, put together for this event.</summary>
    public JsonElement Element { get; init; }

    /// <summary>Not there.</summary>
    public static FieldAnswer Absent => new() { Kind = AnswerKind.Absent, Symbol = -1 };

    /// <summary>Cannot be said.</summary>
    public static FieldAnswer Unknown(UnknownReason why) => new() { Kind = AnswerKind.Unknown, Why = why, Symbol = -1 };
}
