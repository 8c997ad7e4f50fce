using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Sigma.Yaml;

/// <summary>A node of a rule file that remembers where it stood.</summary>
internal abstract class YamlValue
{
    public required Place Place { get; init; }

    /// <summary>Nodes below and including this one, each alias counted in full.</summary>
    public required long Weight { get; init; }

    /// <summary>Levels below and including this one.</summary>
    public required int Height { get; init; }

    /// <summary>What it is called in a message.</summary>
    public abstract string Noun { get; }

    /// <summary>As plain .NET objects: dictionaries, lists, strings, bools, long, double, null.</summary>
    public abstract object? ToPlain();
}

internal sealed class YamlScalar(string text, bool plain) : YamlValue
{
    public string Text { get; } = text;

    /// <summary>Written without quotes, so YAML may read a number, a boolean or null.</summary>
    public bool IsPlain { get; } = plain;

    public override string Noun => "a value";

    public SigmaScalar ToSigma() => YamlScalarTypes.Resolve(this);

    public override object? ToPlain() => YamlScalarTypes.ToPlain(this);
}

internal sealed class YamlList(IReadOnlyList<YamlValue> items) : YamlValue
{
    public IReadOnlyList<YamlValue> Items { get; } = items;

    public override string Noun => "a list";

    public override object ToPlain() => Items.Select(i => i.ToPlain()).ToList();
}

internal sealed class YamlMap(IReadOnlyList<KeyValuePair<YamlScalar, YamlValue>> items) : YamlValue
{
    public IReadOnlyList<KeyValuePair<YamlScalar, YamlValue>> Items { get; } = items;

    public override string Noun => "a map";

    public YamlValue? Find(string key)
    {
        foreach (var (k, v) in Items)
            if (k.Text == key) return v;
        return null;
    }

    public override Dictionary<string, object?> ToPlain()
    {
        // A key that stands twice has been reported; here the last one counts, so that reading can go on.
        var plain = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (key, value) in Items) plain[key.Text] = value.ToPlain();
        return plain;
    }
}
