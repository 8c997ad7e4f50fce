using System.Xml.Linq;
using Xunit;

namespace AuditWatch.Architecture;

/// <summary>Who may reference whom (docs/architecture.md, "The house").</summary>
public sealed class ArrowTests
{
    static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["AuditWatch.Events"] = [],
        ["AuditWatch.Sigma"] = [],
        ["AuditWatch.Detection"] = ["AuditWatch.Events", "AuditWatch.Sigma"],
        ["AuditWatch.Ingest"] = ["AuditWatch.Events"],
        ["AuditWatch.Storage"] = ["AuditWatch.Events", "AuditWatch.Detection"],
        ["AuditWatch.Investigation"] = ["AuditWatch.Events", "AuditWatch.Detection", "AuditWatch.Storage"],
        ["AuditWatch.Server"] =
            ["AuditWatch.Events", "AuditWatch.Sigma", "AuditWatch.Detection", "AuditWatch.Ingest", "AuditWatch.Storage", "AuditWatch.Investigation"],
        ["AuditWatch"] =
            ["AuditWatch.Events", "AuditWatch.Sigma", "AuditWatch.Detection", "AuditWatch.Ingest", "AuditWatch.Storage", "AuditWatch.Investigation", "AuditWatch.Server"],
    };

    public static TheoryData<string> Projects => [.. Allowed.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_its_arrows_allow(string project)
    {
        var file = XDocument.Parse(Repository.Read($"src/{project}/{project}.csproj"));
        var references = file.Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')));
        Assert.Empty(references.Except(Allowed[project]));
    }

    [Fact]
    public void Every_project_under_src_has_its_arrows_written_down()
    {
        var projects = Repository.Files("src", "*.csproj").Select(f => Path.GetFileNameWithoutExtension(f));
        Assert.Equal(Allowed.Keys.Order(StringComparer.Ordinal), projects.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Sigma_says_no_word_of_Kubernetes()
    {
        var words = new[] { "kubernetes", "objectRef", "auditID" };
        var said = Repository.Files("src/AuditWatch.Sigma", "*.cs")
            .Where(f => words.Any(w => Repository.Read(f).Contains(w, StringComparison.OrdinalIgnoreCase)));
        Assert.Empty(said);
    }
}
