using System.Text;
using System.Text.Json;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Model;

// Annotations are asked for all the time, and are texts: found without opening a document. Which keys there are is part of the event's class.
public sealed partial class AuditEvent
{
    readonly RecentAnnotations _recentAnnotations = new();
    AnnotationIndex? _annotations;

    AnnotationIndex Annotations =>
        _annotations ??= _recentAnnotations.Get(_ranges.Has(HotField.Annotations) ? _utf8.Span.Slice(_ranges.Start(HotField.Annotations), _ranges.Length(HotField.Annotations)) : "{}"u8);

    /// <summary>An annotation's value; null when absent.</summary>
    public string? Annotation(string key)
    {
        Span<byte> utf8 = stackalloc byte[LongestKey];
        if (!_ranges.Has(HotField.Annotations) || !Encoding.UTF8.TryGetBytes(key, utf8, out var length)) return null;
        return TryAnnotation(utf8[..length], out var text) && text.Kind == AnswerKind.Text ? _recent.Get(text.Utf8) : null;
    }

    // False: there is something else than a text.
    bool TryAnnotation(scoped ReadOnlySpan<byte> key, out FieldAnswer answer)
    {
        answer = default;
        ReadOnlySpan<byte> raw;
        bool isEscaped;
        if (Annotations.IsPlain)
        {
            if (!Annotations.TryFind(key, out var place, out isEscaped))
            {
                answer = WhyMissing(HotField.Annotations, key);
                return true;
            }

            raw = Raw(HotField.Annotations)[place];
        }
        else
        {
            var annotations = Reader(HotField.Annotations);
            if (!TryFindMember(ref annotations, key))
            {
                answer = WhyMissing(HotField.Annotations, key);
                return true;
            }

            if (annotations.TokenType != JsonTokenType.String) return false;
            // A span of the reader is one of the event's bytes: it lives as long as they do.
            raw = Raw(HotField.Annotations).Slice((int)annotations.TokenStartIndex + 1, annotations.ValueSpan.Length);
            isEscaped = annotations.ValueIsEscaped;
        }

        var plain = isEscaped ? Unescaped(raw).Span : raw;
        var symbol = key.StartsWith("authorization.k8s.io/"u8) ? Symbols.FindOrAdd(plain, clientChosen: true)?.Symbol ?? -1 : -1;
        answer = new FieldAnswer { Kind = AnswerKind.Text, Utf8 = plain, Symbol = symbol };
        return true;
    }
}
