using System.Text.Json;
using System.Xml.Linq;

namespace AuditWatch.Architecture.Sbom;

/// <summary>A package as the shipped program's lock file has it, with what its own description says of its licence.</summary>
internal sealed record LockedPackage(string Name, string Version, string ContentHash, IReadOnlyList<string> Needs)
{
    /// <summary>Its package URL, by which scanners look it up.</summary>
    public string Purl => $"pkg:nuget/{Name}@{Version}";

    /// <summary>SHA-512 of the package's content, as NuGet locks it: of the package without what a feed signs into it.</summary>
    public string Sha512 => Convert.ToHexStringLower(Convert.FromBase64String(ContentHash));

    /// <summary>The packages of a lock file, by name.</summary>
    public static IReadOnlyList<LockedPackage> Read(string lockFile)
    {
        using var json = JsonDocument.Parse(Repository.Read(lockFile));
        var found = new SortedDictionary<string, LockedPackage>(StringComparer.Ordinal);
        foreach (var (name, package) in json.RootElement.GetProperty("dependencies").EnumerateObject().SelectMany(t => t.Value.EnumerateObject()).Select(p => (p.Name, p.Value)))
        {
            if (package.GetProperty("type").GetString() == "Project") continue;
            var needs = package.TryGetProperty("dependencies", out var some) ? some.EnumerateObject().Select(d => d.Name).Order(StringComparer.Ordinal).ToList() : [];
            found.Add(name, new LockedPackage(name, package.GetProperty("resolved").GetString()!, package.GetProperty("contentHash").GetString()!, needs));
        }
        return [.. found.Values];
    }

    /// <summary>What the package says of itself, in the folder that it was restored to.</summary>
    public XElement Description(string packages)
    {
        var folder = Path.Combine(packages, Name.ToLowerInvariant(), Version.ToLowerInvariant());
        return XDocument.Load(Path.Combine(folder, Name.ToLowerInvariant() + ".nuspec")).Root!.Elements().Single(e => e.Name.LocalName == "metadata");
    }
}
