using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.Runtime;

/// <summary>The fields of Falco alerts: the alert's own, and those of <c>output_fields</c>, which all have a dot (<c>proc.name</c>, <c>k8s.ns.name</c>).</summary>
sealed class FalcoFieldSchema : IFieldSchema
{
    public static readonly FalcoFieldSchema Instance = new();

    static readonly string[] s_own = ["rule", "priority", "source", "hostname", "output", "message", "time", "tags", "uuid"];

    readonly Lock _lock = new();
    readonly List<string> _fields = [];
    string[] _names = [];

    public bool TryBind(string field, out int slot, out string? problem)
    {
        (slot, problem) = (-1, null);
        const string prefix = "output_fields.";
        var name = field.StartsWith(prefix, StringComparison.Ordinal) ? field[prefix.Length..] : field;
        if (!name.Contains('.', StringComparison.Ordinal) && !s_own.Contains(name))
        {
            problem = $"A Falco alert has no field '{field}'. Its own: {string.Join(", ", s_own)}; all others are Falco's fields, such as proc.name.";
            return false;
        }

        lock (_lock)
        {
            slot = _fields.IndexOf(name);
            if (slot >= 0) return true;
            slot = _fields.Count;
            _fields.Add(name);
            Volatile.Write(ref _names, [.. _fields]);
        }

        return true;
    }

    public string NameOf(int slot) => Volatile.Read(ref _names)[slot];
}
