using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;

namespace AuditWatch.Architecture.Sbom;

/// <summary>
/// What the program is made of, as CycloneDX 1.6 JSON: made from lock file and the packages' own descriptions alone, so the same packages give the same bytes and no network is asked.
/// </summary>
internal static class BillOfMaterials
{
    const string Program = "pkg:github/auditwatch/auditwatch";

    public static string Write(IReadOnlyList<LockedPackage> packages, string restoredTo, string version)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
            json.WriteString("bomFormat", "CycloneDX");
            json.WriteString("specVersion", "1.6");
            json.WriteString("serialNumber", $"urn:uuid:{SerialOf(packages, version)}");
            json.WriteNumber("version", 1);
            json.WriteStartObject("metadata");
            json.WriteStartObject("component");
            json.WriteString("type", "application");
            json.WriteString("bom-ref", Program);
            json.WriteString("name", "auditwatch");
            json.WriteString("version", version);
            json.WriteStartArray("licenses");
            WriteLicence(json, "id", "Apache-2.0", null);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteStartArray("components");
            foreach (var package in packages) WriteComponent(json, package, package.Description(restoredTo));
            json.WriteEndArray();
            WriteDependencies(json, packages);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    static void WriteComponent(Utf8JsonWriter json, LockedPackage package, XElement description)
    {
        string? Said(string name) => description.Elements().FirstOrDefault(e => e.Name.LocalName == name)?.Value.Trim() is { Length: > 0 } text ? text : null;
        json.WriteStartObject();
        json.WriteString("type", "library");
        json.WriteString("bom-ref", package.Purl);
        json.WriteStartArray("authors");
        json.WriteStartObject();
        json.WriteString("name", Said("authors") ?? package.Name);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteString("name", package.Name);
        json.WriteString("version", package.Version);
        // What only helps to build is not in the program.
        json.WriteString("scope", Said("developmentDependency") == "true" ? "excluded" : "required");
        json.WriteStartArray("hashes");
        json.WriteStartObject();
        json.WriteString("alg", "SHA-512");
        json.WriteString("content", package.Sha512);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartArray("licenses");
        WriteLicences(json, description.Elements().FirstOrDefault(e => e.Name.LocalName == "license"), Said("licenseUrl"));
        json.WriteEndArray();
        json.WriteString("purl", package.Purl);
        json.WriteEndObject();
    }

    static void WriteLicences(Utf8JsonWriter json, XElement? licence, string? url)
    {
        switch (licence?.Attribute("type")?.Value)
        {
            case "expression" when licence.Value.Contains(' ', StringComparison.Ordinal):
                json.WriteStartObject();
                json.WriteString("expression", licence.Value);
                json.WriteEndObject();
                break;
            case "expression":
                WriteLicence(json, "id", licence.Value, null);
                break;
            case "file":
                WriteLicence(json, "name", $"{licence.Value} of the package", null);
                break;
            default:
                WriteLicence(json, "name", "As the package's licence page says", url ?? throw new InvalidOperationException("A package says nothing of its licence; find out before it is shipped."));
                break;
        }
    }

    static void WriteLicence(Utf8JsonWriter json, string kind, string text, string? url)
    {
        json.WriteStartObject();
        json.WriteStartObject("license");
        json.WriteString(kind, text);
        if (url is not null) json.WriteString("url", url);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void WriteDependencies(Utf8JsonWriter json, IReadOnlyList<LockedPackage> packages)
    {
        var purls = packages.ToDictionary(p => p.Name, p => p.Purl, StringComparer.OrdinalIgnoreCase);
        json.WriteStartArray("dependencies");
        var needed = packages.SelectMany(p => p.Needs).ToHashSet(StringComparer.OrdinalIgnoreCase);
        Write(Program, packages.Where(p => !needed.Contains(p.Name)).Select(p => p.Purl));
        foreach (var package in packages) Write(package.Purl, package.Needs.Where(purls.ContainsKey).Select(n => purls[n]));
        json.WriteEndArray();

        void Write(string what, IEnumerable<string> on)
        {
            json.WriteStartObject();
            json.WriteString("ref", what);
            json.WriteStartArray("dependsOn");
            foreach (var purl in on) json.WriteStringValue(purl);
            json.WriteEndArray();
            json.WriteEndObject();
        }
    }

    // Another set of packages is another document; the same is the same.
    static Guid SerialOf(IReadOnlyList<LockedPackage> packages, string version)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(version + string.Concat(packages.Select(p => $"\n{p.Purl} {p.ContentHash}"))));
        hash[6] = (byte)((hash[6] & 0x0f) | 0x80);   // RFC 9562: version 8, of our own making
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }
}
