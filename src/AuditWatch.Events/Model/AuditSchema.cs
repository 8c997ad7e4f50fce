using System.Collections.Concurrent;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Model;

/// <summary>
/// Which fields an audit event can have, and what they are called. A path is written with dots. Keys may contain dots themselves
/// (<c>annotations.authorization.k8s.io/decision</c>): while looking up, the longest key that exists is tried first. <c>annotations.[authorization.k8s.io/decision]</c>
/// says outright what is one key, <c>containers[0]</c> and <c>containers[-1]</c> pick one element of an array.
/// </summary>
public static class AuditSchema
{
    static readonly ConcurrentDictionary<string, FieldPath> Bound = new(StringComparer.Ordinal);
    static readonly Lock Numbering = new();

    /// <summary>A field that no event has: below a text there is nothing. For rules that were written for other logs than ours.</summary>
    public static FieldPath Nowhere { get; } = AddNowhere();

    /// <summary>How many distinct paths were bound so far in this process; every <see cref="FieldPath.Slot"/> is smaller.</summary>
    public static int BoundCount => Bound.Count;

    /// <summary>Binds a path. False, with a sentence (and a suggestion where one is near), when no audit event can have such a field.</summary>
    public static bool TryBind(string path, out FieldPath field, out string? problem)
    {
        problem = null;
        if (Bound.TryGetValue(path, out field!)) return true;
        if (!TryResolve(path, out var root, out var derived, out var below))
        {
            problem = SchemaSuggestion.Sentence(path);
            return false;
        }

        if (!FieldSteps.TryParse(below, out var steps, out var fault))
        {
            problem = $"'{path}' is no field path: {fault}.";
            return false;
        }

        lock (Numbering)
        {
            if (Bound.TryGetValue(path, out field!)) return true;
            field = derived == DerivedField.None ? new FieldPath(path, Bound.Count, root, steps) : new FieldPath(path, Bound.Count, derived, steps);
            Bound[path] = field;
        }

        return true;
    }

    // The longest known beginning of the path decides; what is below it must be allowed there.
    static bool TryResolve(string path, out HotField root, out DerivedField derived, out string below)
    {
        (root, derived, below) = (HotField.Count, DerivedField.None, "");
        for (var end = path.Length; end > 0; end = path.AsSpan(0, end).LastIndexOfAny('.', '['))
        {
            var beginning = path[..end];
            var rest = end == path.Length ? "" : path[end] == '.' ? path[(end + 1)..] : path[end..];
            bool known, hasInside;
            if (DerivedFields.ByName.TryGetValue(beginning, out var name)) (known, derived, hasInside) = (true, name.Field, name.HasInside);
            else if (EventFields.ByPath.TryGetValue(beginning, out var member)) (known, root, hasInside) = (true, member.Root, member.HasInside);
            else if (EventFields.Below.TryGetValue(beginning, out var nested))
            {
                (known, root, hasInside) = (true, nested.Root, nested.HasInside);
                if (rest.Length == 0 || nested.HasInside || rest[0] == '[') rest = rest.Length == 0 ? nested.Below : rest[0] == '[' ? nested.Below + rest : nested.Below + "." + rest;
            }
            else (known, hasInside) = (false, false);

            if (!known) continue;
            if (end == path.Length || hasInside || IsIndex(rest))
            {
                below = rest;
                return true;
            }

            break;
        }

        return false;
    }

    static FieldPath AddNowhere()
    {
        if (!FieldSteps.TryParse("nothing", out var steps, out var fault)) throw new InvalidOperationException(fault);
        return Bound["\0"] = new FieldPath("\0", Bound.Count, HotField.Verb, steps);   // no text of a rule can be that
    }

    internal static bool Exists(string path) => TryResolve(path, out _, out _, out _);

    static bool IsIndex(string rest) => rest.Length > 2 && rest[0] == '[' && rest[^1] == ']' && int.TryParse(rest[1..^1], out _);
}
