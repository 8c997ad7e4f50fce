using AuditWatch.Sigma.Yaml;

namespace AuditWatch.Sigma.Parsing;

/// <summary>The keys that every kind of document has.</summary>
internal sealed class DocumentHead(YamlMap map, ProblemList problems)
{
    static readonly string[] RelationTypes = ["derived", "obsolete", "obsoletes", "merged", "renamed", "similar", "correlation"];

    public string? Title()
    {
        if (map.Find("title") is YamlScalar { Text.Length: > 0 and <= 512 } title) return title.Text;
        problems.Error(Codes.MissingKey, map.Find("title")?.Place ?? map.Place, "The document has no 'title', or not a text of at most 512 characters.", "Add 'title:' with what the rule finds.");
        return null;
    }

    /// <summary>The document's id, or UUIDv5 of title and detection when it has none.</summary>
    public string Id(string title, YamlMap body)
    {
        if (map.Find("id") is not { } written || written is YamlScalar { IsPlain: true, Text: "" }) return DerivedId.From(title, body);
        if (written is YamlScalar text && Guid.TryParseExact(text.Text, "D", out var id)) return id.ToString("D");
        problems.Error(Codes.BadValue, written.Place, "'id' is not a UUID.", "Write for instance 'id: 5f6b1c3e-0c64-4f0b-9a50-8d8b0f4c2a11', or leave it out.");
        return DerivedId.From(title, body);
    }

    /// <summary>Slug of <c>name</c>, else of the title.</summary>
    public string Name(string title)
    {
        var written = Text("name", "");
        var slug = Slug(written.Length > 0 ? written : title);
        if (written.Length > 0 && slug != written)
            problems.Warning(Codes.NameIsNoSlug, map.Find("name")!.Place, $"The name '{written}' is used as '{slug}'.", "Write lower-case letters, digits, '-' and '_'.",
                new Repair(RepairKind.Value, map.Find("name")!.Place.Line, map.Find("name")!.Place.Column, slug));
        return slug;
    }

    public string Text(string key, string missing)
    {
        switch (map.Find(key))
        {
            case null or YamlScalar { IsPlain: true, Text: "" or "null" or "~" }:
                return missing;
            case YamlScalar scalar:
                return scalar.Text;
            case var other:
                problems.Error(Codes.WrongType, other.Place, $"'{key}' must be a text, not {other.Noun}.", null);
                return missing;
        }
    }

    public string OneOf(string key, string missing, string[] allowed)
    {
        var text = Text(key, missing);
        if (Array.IndexOf(allowed, text) >= 0) return text;
        problems.Error(Codes.BadValue, map.Find(key)!.Place, $"'{key}' is '{text}'.", $"Use one of: {string.Join(", ", allowed)}.");
        return missing;
    }

    /// <summary>A text or a list of texts.</summary>
    public IReadOnlyList<string> Names(YamlMap from, string key)
    {
        switch (from.Find(key))
        {
            case null or YamlScalar { IsPlain: true, Text: "" or "null" or "~" }:
                return [];
            case YamlScalar one:
                return [one.Text];
            case YamlList list:
                foreach (var item in list.Items)
                    if (item is not YamlScalar) problems.Error(Codes.WrongType, item.Place, $"An entry of '{key}' must be a text, not {item.Noun}.", null);
                return [.. list.Items.OfType<YamlScalar>().Select(s => s.Text)];
            case var other:
                problems.Error(Codes.WrongType, other.Place, $"'{key}' must be a list of texts, not {other.Noun}.", null);
                return [];
        }
    }

    public (string? Product, string? Category, string? Service) LogSource(bool required)
    {
        var found = map.Find("logsource");
        if (found is YamlMap source)
        {
            var part = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (key, value) in source.Items)
            {
                if (value is YamlScalar { Text.Length: > 0 } text) part[key.Text] = text.Text;
                else problems.Error(Codes.WrongType, value.Place, $"'logsource.{key.Text}' must be a text.", null);
            }
            if (required && !part.ContainsKey("product") && !part.ContainsKey("category") && !part.ContainsKey("service"))
                problems.Error(Codes.FilterLogSource, source.Place, "The log source names no product, category or service.", "Write for instance 'product: linux'.");
            return (part.GetValueOrDefault("product"), part.GetValueOrDefault("category"), part.GetValueOrDefault("service"));
        }
        if (required || found is not null)
            problems.Error(Codes.MissingKey, found?.Place ?? map.Place, "'logsource' is missing or no map.", "Add 'logsource:' with product, category or service.");
        return default;
    }

    public IReadOnlyList<SigmaRelation> Related()
    {
        if (map.Find("related") is not { } found || found is YamlScalar { Text: "" }) return [];
        var relations = new List<SigmaRelation>();
        foreach (var item in found is YamlList list ? list.Items : [found])
        {
            if (item is YamlMap entry && entry.Find("id") is YamlScalar id && Guid.TryParse(id.Text, out _) && entry.Find("type") is YamlScalar type && RelationTypes.Contains(type.Text))
                relations.Add(new(id.Text.ToLowerInvariant(), type.Text));
            else
                problems.Error(Codes.BadValue, item.Place, "An entry of 'related' is not understood.", $"Write 'id' (a UUID) and 'type' (one of {string.Join(", ", RelationTypes)}).");
        }
        return relations;
    }

    /// <summary>Lower-case letters, digits, <c>-</c> and <c>_</c>.</summary>
    public static string Slug(string text)
    {
        var slug = new System.Text.StringBuilder(text.Length);
        foreach (var c in text.ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(c) || c == '_') slug.Append(c);
            else if (c == '-' || (slug.Length > 0 && slug[^1] != '-')) slug.Append('-');
        }
        var name = slug.ToString().Trim('-');
        return name.Length == 0 ? "unnamed" : name.Length <= 128 ? name : name[..128].TrimEnd('-');
    }
}
