using System.Globalization;
using System.Text;
using System.Text.Json;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Rules;
using AuditWatch.Sigma.Correlation;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.Counting;

/// <summary>Reads what one correlation needs of the events of one of its rules.</summary>
/// <param name="rule">The correlation.</param>
/// <param name="groupSlots">Fields to group by.</param>
/// <param name="valueSlots">Fields that are counted.</param>
/// <param name="member">For a temporal correlation: by which word it speaks of the rule.</param>
/// <param name="exceptions">A site's exceptions to it, and to correlations over it.</param>
sealed class CapturedFields(CorrelationRule rule, IReadOnlyList<int> groupSlots, IReadOnlyList<int> valueSlots, string? member, IReadOnlyList<SiteExceptionRule> exceptions)
{
    /// <summary>Fields that further metrics count, in their order; negative for those that count requests. Null where there are none.</summary>
    public IReadOnlyList<int>? MetricSlots { get; init; }

    /// <summary>The bit of the rule among the correlation's.</summary>
    public ulong Member { get; init; }

    // Longer values are told apart by their hash: log content must not decide how much is kept.
    const int Longest = 256;

    public CorrelationRule Rule => rule;

    public Capture Take(AuditEventView view)
    {
        var excepted = exceptions.Count == 0 ? [] : exceptions.Where(x => x.Passes.EvaluateSafely(view).Truth == Truth.False).Select(x => x.Id).ToArray();
        return new Capture(rule, Texts(view, groupSlots), member ?? ValueOf(view), excepted) { Measured = MetricSlots is null ? null : Measured(view, MetricSlots), Members = Member };
    }

    // In a tuple what is absent is a value too: a list over all namespaces has no namespace, and differs from the list of one.
    string? ValueOf(AuditEventView view)
    {
        var texts = new string[valueSlots.Count];
        var isAnyThere = false;
        for (var i = 0; i < texts.Length; i++)
        {
            var value = view.Get(valueSlots[i]);
            if (Text(value) is { } text) (texts[i], isAnyThere) = (text, true);
            else if (value.Kind is FieldKind.Absent or FieldKind.Null) texts[i] = "";
            else return null;
        }

        return isAnyThere ? DistinctWindow.Tuple(texts) : null;
    }

    static string?[] Measured(AuditEventView view, IReadOnlyList<int> slots)
    {
        var values = new string?[slots.Count];
        for (var i = 0; i < values.Length; i++) values[i] = slots[i] < 0 ? null : Text(view, slots[i]);
        return values;
    }

    internal static string[]? Texts(AuditEventView view, IReadOnlyList<int> slots)
    {
        var texts = new string[slots.Count];
        for (var i = 0; i < texts.Length; i++)
        {
            if (Text(view, slots[i]) is not { } text) return null;
            texts[i] = text;
        }

        return texts;
    }

    // What has a symbol is no longer than what is kept, and has its string already.
    static string? Text(AuditEventView view, int slot)
    {
        var value = view.Get(slot);
        return value.Kind == FieldKind.Text && value.Symbol >= 0 ? view.Event.Symbols.TextOf(value.Symbol) : Text(value);
    }

    static string? Text(in FieldValue value) => value.Kind switch
    {
        FieldKind.True => "true",
        FieldKind.False => "false",
        FieldKind.Number => Encoding.UTF8.GetString(value.Utf8),
        FieldKind.Text => Short(value.Utf8),
        FieldKind.Array => OfArray(value.Element),
        _ => null,
    };

    // A list of one is its member, as one address in sourceIPs; a longer one is told apart as it was written.
    static string? OfArray(JsonElement array) => array.ValueKind != JsonValueKind.Array || array.GetArrayLength() == 0
        ? null
        : Short(Encoding.UTF8.GetBytes(array.GetArrayLength() == 1 && array[0].ValueKind == JsonValueKind.String ? array[0].GetString()! : array.GetRawText()));

    static string Short(ReadOnlySpan<byte> utf8) => utf8.Length <= Longest
        ? Encoding.UTF8.GetString(utf8)
        : string.Create(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetString(utf8[..Longest])}#{TextHash.Of(utf8):x16}");
}
