using System.IO.Hashing;

namespace AuditWatch.Events.Model;

/// <summary>Annotations come back with event after event of the same robot: what was found in them is kept, by their text. As <see cref="RecentTexts"/>.</summary>
sealed class RecentAnnotations
{
    const int Places = 2048;
    const int LongestKept = 2048;
    readonly AnnotationIndex?[] _kept = new AnnotationIndex?[Places];
    readonly AnnotationIndex _long = new();

    public AnnotationIndex Get(ReadOnlySpan<byte> json)
    {
        if (json.Length > LongestKept)
        {
            _long.Read(json);
            return _long;
        }

        ref var place = ref _kept[XxHash3.HashToUInt64(json) % Places];
        if (place is not null && place.IsOf(json)) return place;
        place ??= new AnnotationIndex();
        place.Read(json);
        return place;
    }
}
