using System.Globalization;
using System.Text;
using System.Text.Json;
using AuditWatch.Ingest.Journal;

namespace AuditWatch.Ingest.Pipeline;

/// <summary>
/// In what two contents of one stage of one request differ, beyond what was cut from either: by the API server (annotation <c>audit.k8s.io/truncated</c>), by a provider
/// (<c>skipped-too-big-size-object</c>, <c>[Truncated...]</c>), by a salvage or a conversion (our own mark, which says that what is missing is unknown).
/// </summary>
/// <param name="IsSame">They are one event, written in two ways.</param>
/// <param name="Fields">Where values differ that neither marks as cut, at most <see cref="MostFields"/>; empty: the cuts explain all of it.</param>
/// <param name="Sentence">The first of them with both values.</param>
internal sealed record CopyDifference(bool IsSame, IReadOnlyList<string> Fields, string Sentence)
{
    const int MostFields = 12, LongestValue = 60, LongestName = 80, Deepest = 64;
    const string Origin = "auditwatch.io/origin", TruncatedByApiServer = "audit.k8s.io/truncated", Skipped = "skipped-too-big-size-object", CutText = "[Truncated...]";

    public static CopyDifference Between(JsonElement first, JsonElement second)
    {
        if (IsSameEvent(first, second)) return new(true, [], "");
        if (first.ValueKind != JsonValueKind.Object || second.ValueKind != JsonValueKind.Object || IsGuess(first) || IsGuess(second)) return new(false, [], "");
        var comparison = new Comparison(new Copy(first), new Copy(second));
        comparison.Objects("", first, second, 0);
        return new(false, comparison.Fields, comparison.Sentence);
    }

    static bool IsSameEvent(JsonElement first, JsonElement second) =>
        JsonElement.DeepEquals(first, second)
        || (first.ValueKind == JsonValueKind.Object && second.ValueKind == JsonValueKind.Object && Has(first, second) && Has(second, first));

    static bool Has(JsonElement copy, JsonElement whatOther) =>
        whatOther.EnumerateObject().All(m => copy.TryGetProperty(m.Name, out var value) ? JsonElement.DeepEquals(value, m.Value) : IsType(m.Name));

    // The API server leaves them out of the items of a webhook's list, and writes them into its log.
    static bool IsType(string path) => path is "kind" or "apiVersion";

    // Google's entries name neither stage nor the time of the request: two of them about one operation are two moments of it, not two accounts of one.
    static bool IsGuess(JsonElement copy) => MadeOf(copy).StartsWith("gke", StringComparison.Ordinal);

    static string MadeOf(JsonElement copy) =>
        copy.TryGetProperty(Origin, out var origin) && origin.ValueKind == JsonValueKind.Object && origin.TryGetProperty("as", out var made) && made.ValueKind == JsonValueKind.String ? made.GetString()! : "";

    readonly struct Copy(JsonElement root)
    {
        // What is missing in a salvaged or converted event is unknown.
        readonly bool _isPart = root.TryGetProperty(Origin, out _);

        readonly bool _isTruncated = root.TryGetProperty("annotations", out var annotations) && annotations.ValueKind == JsonValueKind.Object
            && annotations.TryGetProperty(TruncatedByApiServer, out var mark) && mark.ValueKind == JsonValueKind.String && mark.ValueEquals("true");

        /// <summary>Whether it may lack this though it was there: the API server takes the bodies out, both of them; a salvage loses what came last.</summary>
        public bool MayLack(string path) => _isPart || (_isTruncated && path is "requestObject" or "responseObject");
    }

    sealed class Comparison(Copy first, Copy second)
    {
        public List<string> Fields { get; } = [];

        public string Sentence { get; private set; } = "";

        public void Objects(string path, JsonElement left, JsonElement right, int depth)
        {
            foreach (var member in left.EnumerateObject())
            {
                if (IsAside(path, member.Name)) continue;
                var at = path.Length == 0 ? member.Name : $"{path}.{member.Name}";
                if (right.TryGetProperty(member.Name, out var other)) Values(at, member.Value, other, depth);
                else if (!IsType(at)) Missing(at, second, Text(member.Value), "nothing", member.Value);
            }

            foreach (var member in right.EnumerateObject())
            {
                if (IsAside(path, member.Name) || left.TryGetProperty(member.Name, out _)) continue;
                var at = path.Length == 0 ? member.Name : $"{path}.{member.Name}";
                if (!IsType(at)) Missing(at, first, "nothing", Text(member.Value), member.Value);
            }
        }

        void Values(string path, JsonElement left, JsonElement right, int depth)
        {
            if (Fields.Count >= MostFields) return;
            if (depth < Deepest && left.ValueKind == JsonValueKind.Object && right.ValueKind == JsonValueKind.Object) Objects(path, left, right, depth + 1);
            else if (depth < Deepest && left.ValueKind == JsonValueKind.Array && right.ValueKind == JsonValueKind.Array) Items(path, left, right, depth + 1);
            else if (!JsonElement.DeepEquals(left, right) && !IsSameTime(left, right) && !IsCut(left, right) && !IsCut(right, left)) Add(path, Text(left), Text(right));
        }

        void Missing(string path, Copy where, string left, string right, JsonElement there)
        {
            if (!where.MayLack(path) && !IsMark(path, there)) Add(path, left, right);
        }

        void Items(string path, JsonElement left, JsonElement right, int depth)
        {
            var (before, after) = (left.GetArrayLength(), right.GetArrayLength());
            for (var i = 0; i < Math.Min(before, after) && Fields.Count < MostFields; i++) Values(string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), left[i], right[i], depth);
            if (before > after && !second.MayLack(path)) Add(path, Items(before), Items(after));
            if (after > before && !first.MayLack(path)) Add(path, Items(before), Items(after));
        }

        static string Items(int count) => string.Create(CultureInfo.InvariantCulture, $"{count} items");

        // Marks of cuts are no values of the event.
        static bool IsAside(string path, string name) => (path.Length == 0 && name == Origin) || (path == "annotations" && name == TruncatedByApiServer);

        static bool IsMark(string path, JsonElement value) => path == "annotations" && value.ValueKind == JsonValueKind.Object && value.EnumerateObject().All(m => m.Name == TruncatedByApiServer);

        static bool IsCut(JsonElement cut, JsonElement whole)
        {
            if (cut.ValueKind != JsonValueKind.String) return false;
            if (cut.ValueEquals(Skipped)) return true;
            if (whole.ValueKind != JsonValueKind.String || cut.GetString() is not { } text || !text.EndsWith(CutText, StringComparison.Ordinal)) return false;
            return whole.GetString()!.StartsWith(text[..^CutText.Length], StringComparison.Ordinal);
        }

        // One moment in two ways of writing it.
        static bool IsSameTime(JsonElement left, JsonElement right) =>
            left.ValueKind == JsonValueKind.String && right.ValueKind == JsonValueKind.String && Micros(left) is not 0 and var micros && micros == Micros(right);

        static long Micros(JsonElement text) => text.GetString() is { Length: >= 20 and <= 35 } time && time[4] == '-' && time[10] == 'T' ? MicroTime.Parse(Encoding.UTF8.GetBytes(time)) : 0;

        static string Text(JsonElement value)
        {
            var text = value.GetRawText();
            return text.Length <= LongestValue ? text : text[..(LongestValue - 1)] + "…";
        }

        void Add(string path, string left, string right)
        {
            if (Fields.Count >= MostFields) return;
            var name = path.Length <= LongestName ? path : path[..(LongestName - 1)] + "…";
            if (Fields.Count == 0) Sentence = $"{name} ({left} and {right})";
            Fields.Add(name);
        }
    }
}
