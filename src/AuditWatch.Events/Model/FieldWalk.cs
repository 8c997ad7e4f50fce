using System.Runtime.InteropServices;
using System.Text.Json;

namespace AuditWatch.Events.Model;

/// <summary>
/// Follows <see cref="FieldSteps"/> through JSON. Keys that contain dots are found by trying the longest key first and going back when the rest does not
/// follow. An array on the way is entered element by element; every value reached is kept, and values that are arrays themselves are laid flat, so that
/// <c>rules.verbs</c> is one list of verbs.
/// </summary>
static class FieldWalk
{
    const int LongestKey = 1024;

    /// <summary>One value; or, when the way led through arrays, all values reached in <paramref name="many"/>.</summary>
    public static bool TryFollow(JsonElement from, FieldSteps steps, List<JsonElement> many, out JsonElement one)
    {
        many.Clear();
        return Follow(from, steps, 0, steps.Count > 0 ? steps[0].Utf8 : default, many, out one);
    }

    // rest: what is left of the current run. Nothing left: the next step begins.
    static bool Follow(JsonElement at, FieldSteps steps, int step, ReadOnlySpan<byte> rest, List<JsonElement> many, out JsonElement one)
    {
        if (step == steps.Count)
        {
            one = at;
            return true;
        }

        one = default;
        if (steps[step].Kind == FieldStepKind.Index) return FollowIndex(at, steps, step, many, out one);
        if (at.ValueKind == JsonValueKind.Array) return FollowEach(at, steps, step, rest, many);
        if (at.ValueKind != JsonValueKind.Object) return false;

        if (steps[step].Kind == FieldStepKind.Key)
            return TryFind(at, rest, exact: true, int.MaxValue, out var value, out _) && Next(value, steps, step + 1, many, out one);

        for (var limit = int.MaxValue; TryFind(at, rest, exact: false, limit, out var found, out var keyLength); limit = keyLength)
        {
            if (keyLength == rest.Length ? Next(found, steps, step + 1, many, out one)
                : Follow(found, steps, step, rest[(keyLength + 1)..], many, out one)) return true;
        }

        return false;
    }

    static bool Next(JsonElement value, FieldSteps steps, int step, List<JsonElement> many, out JsonElement one) =>
        Follow(value, steps, step, step < steps.Count ? steps[step].Utf8 : default, many, out one);

    static bool FollowIndex(JsonElement at, FieldSteps steps, int step, List<JsonElement> many, out JsonElement one)
    {
        one = default;
        if (at.ValueKind == JsonValueKind.Object)
            return TryFind(at, steps[step].Utf8, exact: true, int.MaxValue, out var value, out _) && Next(value, steps, step + 1, many, out one);
        if (at.ValueKind != JsonValueKind.Array) return false;
        var length = at.GetArrayLength();
        var index = steps[step].Index < 0 ? steps[step].Index + length : steps[step].Index;
        return index >= 0 && index < length && Next(at[index], steps, step + 1, many, out one);
    }

    static bool FollowEach(JsonElement array, FieldSteps steps, int step, ReadOnlySpan<byte> rest, List<JsonElement> many)
    {
        var before = many.Count;
        foreach (var item in array.EnumerateArray())
        {
            var reached = many.Count;
            if (Follow(item, steps, step, rest, many, out var value) && many.Count == reached) AddFlat(value, many);
        }

        return many.Count > before;
    }

    static void AddFlat(JsonElement value, List<JsonElement> many)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            many.Add(value);
            return;
        }

        foreach (var item in value.EnumerateArray()) AddFlat(item, many);
    }

    /// <summary>A member by its exact key; the last one counts, as in System.Text.Json.</summary>
    public static bool TryGet(JsonElement at, ReadOnlySpan<byte> key, out JsonElement value)
    {
        value = default;
        return at.ValueKind == JsonValueKind.Object && TryFind(at, key, exact: true, int.MaxValue, out value, out _);
    }

    // JsonElement.TryGetProperty throws on keys with half surrogates, which a client may well send; this walk never does.
    static bool TryFind(JsonElement at, ReadOnlySpan<byte> rest, bool exact, int below, out JsonElement value, out int keyLength)
    {
        value = default;
        keyLength = 0;
        var found = false;
        Span<byte> plain = stackalloc byte[LongestKey];
        foreach (var property in at.EnumerateObject())
        {
            scoped var name = JsonMarshal.GetRawUtf8PropertyName(property);
            if (name.Contains((byte)'\\'))
            {
                if (name.Length > LongestKey) continue;
                name = plain[..JsonText.Unescape(name, plain)];
            }

            if (exact ? !name.SequenceEqual(rest) : name.Length >= below || name.Length < keyLength || name.Length > rest.Length
                || (name.Length < rest.Length && rest[name.Length] != '.') || !rest.StartsWith(name)) continue;
            keyLength = name.Length;
            value = property.Value;
            found = true;
        }

        return found;
    }
}
