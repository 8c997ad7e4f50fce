using System.Globalization;
using System.Text;

namespace AuditWatch.Events.Model;

/// <summary>
/// The part of a path below its root. A run of dotted names may hold keys that contain dots themselves, so it stays one text and is cut while walking, longest
/// key first; <c>[key]</c> is one key as written; <c>[0]</c>, <c>[-1]</c> after a name is an array index.
/// </summary>
sealed class FieldSteps
{
    public static readonly FieldSteps None = new([]);

    readonly FieldStep[] _steps;

    FieldSteps(FieldStep[] steps) => _steps = steps;

    public int Count => _steps.Length;

    public FieldStep this[int index] => _steps[index];

    /// <summary>The first key as far as it can be told without an event: a bracketed key, or the whole dotted run.</summary>
    public ReadOnlySpan<byte> FirstRun => _steps.Length == 0 || _steps[0].Kind == FieldStepKind.Index ? default : _steps[0].Utf8;

    public static bool TryParse(ReadOnlySpan<char> path, out FieldSteps steps, out string? problem)
    {
        var found = new List<FieldStep>();
        steps = None;
        problem = null;
        if (path.Length > 0 && path[^1] == '.') { problem = "it ends with a dot"; return false; }
        while (path.Length > 0)
        {
            if (found.Count > 0 && path[0] == '.') path = path[1..];
            if (path[0] == '.') { problem = "it has two dots in a row"; return false; }
            if (path[0] == '[')
            {
                var close = path.IndexOf(']');
                if (close < 2) { problem = "a '[' has no key and ']' after it"; return false; }
                var key = path[1..close];
                found.Add(int.TryParse(key, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index)
                    ? new FieldStep(FieldStepKind.Index, Utf8(key), index)
                    : new FieldStep(FieldStepKind.Key, Utf8(key), 0));
                path = path[(close + 1)..];
                if (path.Length > 0 && path[0] is not ('.' or '[')) { problem = "a '.' must follow ']'"; return false; }
                continue;
            }

            var end = path.IndexOf('[');
            var run = end < 0 ? path : path[..end];
            path = end < 0 ? default : path[end..];
            if (run[^1] == '.') run = run[..^1];
            if (run.IndexOf("..") >= 0) { problem = "it has two dots in a row"; return false; }
            found.Add(new FieldStep(FieldStepKind.Run, Utf8(run), 0));
        }

        steps = found.Count == 0 ? None : new FieldSteps([.. found]);
        return true;
    }

    static byte[] Utf8(ReadOnlySpan<char> text)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, bytes);
        return bytes;
    }
}

enum FieldStepKind : byte
{
    Run,
    Key,
    Index,
}

readonly record struct FieldStep(FieldStepKind Kind, byte[] Utf8, int Index);
