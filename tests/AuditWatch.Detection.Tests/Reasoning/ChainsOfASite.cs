using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using AuditWatch.Detection.Rules;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Tests.Reasoning;

public sealed class ChainsOfASite
{
    static readonly string Assembly = typeof(ChainsOfASite).Assembly.Location;

    static readonly string[] Rules = ["reader", "runner"];

    [Fact]
    public void Chains_are_loaded_from_an_assembly_that_the_configuration_names_and_those_that_cannot_run_are_named()
    {
        using var folder = Folder();
        var rules = RuleSnapshot.Load(RuleSources.Only([folder.Dir]) with { ChainAssemblies = [Assembly] }, folder.Problems);
        Assert.Equal(["AW1531", "AW1531"], folder.Problems.Select(p => p.Code));
        Assert.Contains(folder.Problems, p => p.Rule == typeof(SameIdAgain).FullName && p.Message.Contains("belongs to", StringComparison.Ordinal));
        Assert.Contains(folder.Problems, p => p.Rule == typeof(WithoutAStory).FullName && p.Message.Contains("Story", StringComparison.Ordinal));
        Assert.Single(Run(rules).Of("reads-then-runs"));
    }

    [Fact]
    public void A_chain_that_throws_or_floods_is_named_and_counted_and_the_others_go_on()
    {
        using var folder = Folder();
        var lab = Run(RuleSnapshot.Load(RuleSources.Only([folder.Dir]) with { ChainAssemblies = [Assembly] }, folder.Problems));
        var figures = lab.Engine.Reasoning["lab"];
        Assert.True(figures.Failures["throws-always"] > 0);
        Assert.True(figures.Failures["floods"] > 0);
        Assert.Single(lab.Of("reads-then-runs"));
        Assert.Single(lab.Of("floods"));
    }

    [Fact]
    public void What_is_no_assembly_of_chains_is_named_and_the_rest_is_loaded()
    {
        using var folder = Folder();
        File.WriteAllText(Path.Combine(folder.Dir, "broken.dll"), "no assembly");
        var rules = RuleSnapshot.Load(RuleSources.Only([folder.Dir]) with { ChainAssemblies = [folder.Dir, typeof(Xunit.Assert).Assembly.Location, Assembly] }, folder.Problems);
        Assert.Equal(2, folder.Problems.Count(p => p.Code == "AW1530"));
        Assert.Single(Run(rules).Of("reads-then-runs"));
    }

    static RuleFolder Folder()
    {
        var folder = new RuleFolder();
        folder.Add("reader.yml", "title: Reader\nname: reader\nid: 00000000-0000-4000-8000-000000000001\nlogsource: {product: kubernetes, service: audit}\ndetection: {selection: {objectRef.resource: secrets}, condition: selection}\nauditwatch: {alert: false}\n");
        return folder.Add("runner.yml", "title: Runner\nname: runner\nid: 00000000-0000-4000-8000-000000000002\nlogsource: {product: kubernetes, service: audit}\ndetection: {selection: {objectRef.resource: pods}, condition: selection}\nauditwatch: {alert: false}\n");
    }

    static Lab Run(RuleSnapshot rules) => new Lab(rules).Run(new An { Id = "1" }, new An { Id = "2", Resource = "pods", At = 5 });

    /// <summary>The story that the chains of these tests tell.</summary>
    public static Story NewStory() => Story.Of("actor").Within("1h").Steps(Rules);
}

[RuleId("5b0a6d6e-7d5f-4d1c-9a53-1d6b3f0c2a01"), Name("reads-then-runs"), Description("Reads, then runs")]
public sealed class ReadsThenRuns : Rule
{
    static readonly Story Story = ChainsOfASite.NewStory();

    public override void Define()
    {
        Sighting end = default!;
        When().Match(() => end, s => Story.EndsWith(s));
        Then().Do(context => context.Raise("low", Story.Evidence(end)));
    }
}

[RuleId("5b0a6d6e-7d5f-4d1c-9a53-1d6b3f0c2a02"), Name("throws-always"), Description("Throws")]
public sealed class ThrowsAlways : Rule
{
    static readonly Story Story = ChainsOfASite.NewStory().Where("reader", (_, _) => throw new InvalidOperationException("No."));

    public override void Define()
    {
        Sighting end = default!;
        When().Match(() => end, s => Story.EndsWith(s));
        Then().Do(context => context.Raise("low", Story.Evidence(end)));
    }
}

[RuleId("5b0a6d6e-7d5f-4d1c-9a53-1d6b3f0c2a03"), Name("floods"), Description("Floods")]
public sealed class Floods : Rule
{
    static readonly Story Story = ChainsOfASite.NewStory();

    public override void Define()
    {
        Sighting end = default!;
        When().Match(() => end, s => Story.EndsWith(s));
        Then().Do(context => RaiseForEver(context, end));
    }

    static void RaiseForEver(NRules.RuleModel.IContext context, Sighting end)
    {
        while (true) context.Raise("low", Story.Evidence(end));
    }
}

[RuleId("5b0a6d6e-7d5f-4d1c-9a53-1d6b3f0c2a01"), Name("same-id-again"), Description("Same id")]
public sealed class SameIdAgain : Rule
{
    static readonly Story Story = ChainsOfASite.NewStory();

    public override void Define()
    {
        Sighting end = default!;
        When().Match(() => end, s => Story.EndsWith(s));
        Then().Do(context => context.Raise("low", Story.Evidence(end)));
    }
}

[RuleId("5b0a6d6e-7d5f-4d1c-9a53-1d6b3f0c2a05"), Name("without-a-story"), Description("No story")]
public sealed class WithoutAStory : Rule
{
    public override void Define()
    {
        Sighting end = default!;
        When().Match(() => end);
        Then().Do(context => GC.KeepAlive(end));
    }
}
