using System.Globalization;

namespace AuditWatch.Server.Configuration;

/// <summary>A map being understood: each typed read takes a key away, and <see cref="Done"/> reports the keys that nobody asked for, with a suggestion. Never stops at the first fault.</summary>
sealed class ConfigSection(ConfigNode node, string path, List<ConfigFault> faults)
{
    readonly HashSet<string> _known = [];

    public string Place => node.Place;

    public string Path => path;

    public void Fault(string key, string message) => faults.Add(new ConfigFault(Find(key)?.Place ?? node.Place, $"'{Full(key)}' {message}"));

    public string? Text(string key)
    {
        var child = Find(key);
        if (child is null) return null;
        if (child.Scalar is not null && child.Scalar.Length > 0) return child.Scalar;
        Fault(key, "must be a text.");
        return null;
    }

    public string RequiredText(string key)
    {
        if (Find(key) is null) faults.Add(new ConfigFault(node.Place, $"'{Full(key)}' is missing."));
        return Text(key) ?? "";
    }

    public string OneOf(string key, string fallback, params string[] allowed)
    {
        var text = Text(key);
        if (text is null) return fallback;
        if (allowed.Contains(text)) return text;
        var near = Suggestion.Near(text, allowed);
        Fault(key, $"is '{text}', but must be one of {string.Join(", ", allowed)}.{(near is null ? "" : $" Did you mean '{near}'?")}");
        return fallback;
    }

    public bool Flag(string key, bool fallback)
    {
        var text = Text(key);
        if (text is null) return fallback;
        if (text is "true" or "false") return text == "true";
        Fault(key, $"is '{text}', but must be true or false.");
        return fallback;
    }

    public int Number(string key, int fallback, int least, int most)
    {
        var text = Text(key);
        if (text is null) return fallback;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
        Fault(key, string.Create(CultureInfo.InvariantCulture, $"is '{text}', but must be a number from {least} to {most}."));
        return fallback;
    }

    public TimeSpan Duration(string key, TimeSpan fallback)
    {
        var text = Text(key);
        if (text is null) return fallback;
        if (Quantities.TryDuration(text, out var duration) && duration > TimeSpan.Zero) return duration;
        Fault(key, $"is '{text}', but must be a duration such as 15m, 24h or 30d.");
        return fallback;
    }

    public long Size(string key, long fallback)
    {
        var text = Text(key);
        if (text is null) return fallback;
        if (Quantities.TrySize(text, out var bytes) && bytes > 0) return bytes;
        Fault(key, $"is '{text}', but must be a size such as 512MiB or 200GiB.");
        return fallback;
    }

    public IReadOnlyList<string> Texts(string key)
    {
        var child = Find(key);
        if (child is null) return [];
        if (child.Scalar is { Length: > 0 } one) return [.. one.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
        if (child.Items is { } items && items.All(i => i.Scalar is not null)) return [.. items.Select(i => i.Scalar!)];
        if (child is { Scalar: null or "", Items: null, Members: null }) return [];
        Fault(key, "must be a list of texts.");
        return [];
    }

    public ConfigSection? Section(string key)
    {
        var child = Find(key);
        if (child is null or { Scalar: "" or null, Items: null, Members: null }) return null;
        if (child.Members is not null) return new ConfigSection(child, Full(key), faults);
        Fault(key, "must be a map.");
        return null;
    }

    public IReadOnlyList<ConfigSection> Sections(string key)
    {
        var child = Find(key);
        if (child is null or { Scalar: "" or null, Items: null, Members: null }) return [];
        if (child.Items is { } items && items.All(i => i.Members is not null))
            return [.. items.Select((item, i) => new ConfigSection(item, string.Create(CultureInfo.InvariantCulture, $"{Full(key)}[{i}]"), faults))];
        Fault(key, "must be a list of maps.");
        return [];
    }

    /// <summary>Reports every key that was not asked for.</summary>
    public void Done()
    {
        foreach (var (key, child) in node.Members ?? [])
        {
            if (_known.Contains(key)) continue;
            var near = Suggestion.Near(key, _known);
            faults.Add(new ConfigFault(child.Place, $"'{Full(key)}' is not a setting.{(near is null ? $" Known here: {string.Join(", ", _known.Order(StringComparer.Ordinal))}." : $" Did you mean '{Full(near)}'?")}"));
        }
    }

    string Full(string key) => path.Length == 0 ? key : $"{path}.{key}";

    ConfigNode? Find(string key)
    {
        _known.Add(key);
        return node.Members is not null && node.Members.TryGetValue(key, out var child) ? child : null;
    }
}
