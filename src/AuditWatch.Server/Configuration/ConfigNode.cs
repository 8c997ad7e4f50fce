namespace AuditWatch.Server.Configuration;

/// <summary>A configuration value before it is understood: a scalar, a list or a map, with its place (<c>file:line:column</c>, or the variable or flag it came from).</summary>
sealed class ConfigNode(string place)
{
    public string Place { get; set; } = place;

    public string? Scalar { get; set; }

    public List<ConfigNode>? Items { get; set; }

    public Dictionary<string, ConfigNode>? Members { get; set; }

    /// <summary>Sets a scalar at a path, making maps and lists on the way; a number addresses a list's item.</summary>
    public void Set(ReadOnlySpan<string> path, string value, string place)
    {
        if (path.IsEmpty)
        {
            (Place, Scalar, Items, Members) = (place, value, null, null);
            return;
        }
        if (int.TryParse(path[0], out var index) && index >= 0 && index < 10_000 && Members is null)
        {
            Items ??= [];
            while (Items.Count <= index) Items.Add(new ConfigNode(place));
            Items[index].Set(path[1..], value, place);
            return;
        }
        Members ??= [];
        if (!Members.TryGetValue(path[0], out var child)) Members[path[0]] = child = new ConfigNode(place);
        child.Set(path[1..], value, place);
    }
}
