using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace AuditWatch.Architecture.Sbom;

/// <summary><c>infra/sbom.cdx.json</c> says what ships, and nothing else. Written anew by <c>.ci/sbom</c>.</summary>
public sealed partial class SbomTests
{
    const string Document = "infra/sbom.cdx.json", Lock = "src/AuditWatch/packages.lock.json";

    static JsonElement Bill => JsonElement.Parse(Repository.Read(Document));

    [Fact]
    public void The_bill_of_materials_is_what_the_lock_file_and_the_packages_say()
    {
        // Where the program's packages were restored to.
        using var assets = JsonDocument.Parse(Repository.Read("src/AuditWatch/obj/project.assets.json"));
        var restored = assets.RootElement.GetProperty("packageFolders").EnumerateObject().First().Name;
        var version = XDocument.Parse(Repository.Read("Directory.Build.props")).Descendants("Version").Single().Value;
        var text = BillOfMaterials.Write(LockedPackage.Read(Lock), restored, version);
        var file = Path.Combine(Repository.Root, Document);
        if (Environment.GetEnvironmentVariable("AUDITWATCH_UPDATE") == "1") File.WriteAllText(file, text);
        Assert.True(File.Exists(file) && File.ReadAllText(file) == text, $"{Document} is stale: run .ci/sbom, look at what changed, and commit it.");
    }

    [Fact]
    public void Every_locked_package_is_in_it_with_version_purl_hash_and_licence()
    {
        var components = Bill.GetProperty("components").EnumerateArray().ToDictionary(c => c.GetProperty("name").GetString()!, StringComparer.OrdinalIgnoreCase);
        var locked = LockedPackage.Read(Lock);
        Assert.True(locked.Count > 50);
        Assert.Equal(locked.Select(p => p.Name), components.Keys);
        Assert.All(locked, p =>
        {
            var component = components[p.Name];
            Assert.Equal((p.Version, $"pkg:nuget/{p.Name}@{p.Version}"), (component.GetProperty("version").GetString(), component.GetProperty("purl").GetString()));
            Assert.Equal(Convert.FromBase64String(p.ContentHash), Convert.FromHexString(component.GetProperty("hashes")[0].GetProperty("content").GetString()!));
            Assert.Equal(1, component.GetProperty("licenses").GetArrayLength());
        });
        // What the other projects of the program ask for is unified there, never another package.
        var others = Repository.Files("src", "packages.lock.json").SelectMany(LockedPackage.Read).Select(p => p.Name);
        Assert.Empty(others.Except(components.Keys, StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public void What_the_program_loads_is_required_and_what_only_builds_it_is_not()
    {
        var scopes = Bill.GetProperty("components").EnumerateArray().ToDictionary(c => $"{c.GetProperty("name")}/{c.GetProperty("version")}", c => c.GetProperty("scope").GetString(), StringComparer.OrdinalIgnoreCase);
        using var loaded = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "auditwatch.deps.json")));
        var packages = loaded.RootElement.GetProperty("libraries").EnumerateObject().Where(l => l.Value.GetProperty("type").GetString() == "package").Select(l => l.Name).ToList();
        Assert.True(packages.Count > 50);
        Assert.All(packages, p => Assert.Equal("required", scopes.GetValueOrDefault(p)));
        Assert.Equal("excluded", scopes.Single(s => s.Key.StartsWith("Microsoft.CodeAnalysis.BannedApiAnalyzers/", StringComparison.Ordinal)).Value);
    }

    [Fact]
    public void It_has_the_form_of_CycloneDX_1_6()
    {
        var bill = Bill;
        Assert.Equal(("CycloneDX", "1.6", 1), (bill.GetProperty("bomFormat").GetString(), bill.GetProperty("specVersion").GetString(), bill.GetProperty("version").GetInt32()));
        Assert.Matches(Serial(), bill.GetProperty("serialNumber").GetString());
        var components = bill.GetProperty("components").EnumerateArray().Append(bill.GetProperty("metadata").GetProperty("component")).ToList();
        var known = components.Select(c => c.GetProperty("bom-ref").GetString()!).ToList();
        Assert.Equal(known.Distinct(), known);
        Assert.All(components, c => Assert.All(c.GetProperty("licenses").EnumerateArray(), l =>
        {
            if (l.TryGetProperty("expression", out _)) Assert.Single(l.EnumerateObject());
            else Assert.True(l.GetProperty("license").TryGetProperty("id", out _) != l.GetProperty("license").TryGetProperty("name", out _));
        }));
        Assert.All(bill.GetProperty("components").EnumerateArray().SelectMany(c => c.GetProperty("hashes").EnumerateArray()), h => Assert.Matches(Sha512(), h.GetProperty("content").GetString()));
        var edges = bill.GetProperty("dependencies").EnumerateArray().ToList();
        Assert.Equal(known.Order(StringComparer.Ordinal), edges.Select(e => e.GetProperty("ref").GetString()!).Order(StringComparer.Ordinal));
        Assert.All(edges.SelectMany(e => e.GetProperty("dependsOn").EnumerateArray()), on => Assert.Contains(on.GetString(), known));
    }

    [GeneratedRegex("^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
    private static partial Regex Serial();

    [GeneratedRegex("^[0-9a-f]{128}$")]
    private static partial Regex Sha512();
}
