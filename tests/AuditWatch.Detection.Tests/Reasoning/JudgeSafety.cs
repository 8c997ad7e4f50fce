using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using AuditWatch.Detection.Rules;
using NRules;
using NRules.Fluent;
using NRules.Fluent.Dsl;
using NRules.RuleModel;

namespace AuditWatch.Detection.Tests.Reasoning;

public sealed class JudgeSafety
{
    [Fact]
    public void Shipped_chains_ask_for_their_stories_so_that_nobody_asks_about_what_ends_none()
    {
        Assert.True(ChainCatalog.Shipped().AskForStories);
        Assert.False(new ChainCatalog([typeof(AsksMore)]).AskForStories);
    }

    [Fact]
    public void A_rule_that_throws_or_never_ends_is_stopped_named_and_counted_and_the_others_go_on()
    {
        var repository = new RuleRepository();
        repository.Load(x => x.PrivateTypes().NestedTypes().From(typeof(Throws), typeof(ThrowsInAction), typeof(NeverEnds)));
        var judge = new Judge(new RuleCompiler().Compile([DirectRules.Build(), .. repository.GetRuleSets().SelectMany(s => s.Rules)], TestContext.Current.CancellationToken));
        var findings = new List<Finding>();
        var by = new RuleIdentity(new AlertRule("r", "r", "R", "1", [], []), "high", true);
        for (var batch = 0; batch < 2; batch++)
        {
            var arrived = Enumerable.Range(0, 10).Select(i => new Arrived(new Sighting(by, Histories.Facts(new An { Id = "a" + i }), [], [], []), findings)).ToList();
            judge.Run(arrived);
            Assert.Equal(10, findings.Select(f => f.AlertId).Distinct().Count());
            findings.Clear();
        }

        Assert.Equal(["never-ends"], judge.Quarantined);
        Assert.Equal(1, judge.Failures["never-ends"]);
        Assert.True(judge.Failures["throws"] >= 20);
        Assert.True(judge.Failures["throws-in-action"] >= 20);
    }

    [Fact]
    public void A_chain_must_have_an_id_and_say_its_story()
    {
        Assert.Contains("[RuleId", Assert.Throws<InvalidOperationException>(() => new ChainCatalog([typeof(Throws)])).Message, StringComparison.Ordinal);
        Assert.Contains("Story", Assert.Throws<InvalidOperationException>(() => new ChainCatalog([typeof(WithoutStory)])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Shipped_chains_have_ids_of_their_own_and_know_what_ends_them()
    {
        var shipped = ChainCatalog.Shipped();
        Assert.Equal(shipped.Types.Count, shipped.Types.Select(ChainIdentity.IdOf).Distinct().Count());
        Assert.True(shipped.Types.Count >= 20);
        Assert.True(shipped.CanEnd("secret-read") && shipped.CanEnd("workload-created") && !shipped.CanEnd("service-account-created"));
        Assert.All(shipped.Rules, r => Assert.True(r.LeftHandSide.ChildElements.Count == 1, $"{r.Name} joins patterns; a chain has one, and looks back from it."));
    }

    [Fact]
    public void Every_step_of_every_shipped_chain_is_a_rule_that_is_shipped_too()
    {
        var known = Lab.Rules.Rules.Select(r => r.Name).Concat(Lab.Rules.Correlations.All.Select(c => c.Identity.Name)).ToHashSet();
        known.UnionWith([TableSightings.CredentialIssued.Name, TableSightings.CredentialElsewhere.Name, TableSightings.FirstAct.Name, TableSightings.FirstActByCertificate.Name]);
        foreach (var (chain, story) in ChainCatalog.Shipped().Stories)
            Assert.All(Enumerable.Range(0, story.StepNames.Count).SelectMany(story.RulesOf), rule => Assert.True(known.Contains(rule), $"{chain} has the step '{rule}', which is no rule."));
    }

    [Name("throws")]
    sealed class Throws : Rule
    {
        public override void Define()
        {
            Arrived arrived = default!;
            When().Match(() => arrived, a => Fail(a));
            Then().Do(_ => Nothing());
        }

        static bool Fail(Arrived arrived) => throw new InvalidOperationException(arrived.Sighting.Rule);
    }

    [Name("throws-in-action")]
    sealed class ThrowsInAction : Rule
    {
        public override void Define()
        {
            Arrived arrived = default!;
            When().Match(() => arrived);
            Then().Do(_ => Fail());
        }

        static void Fail() => throw new InvalidOperationException("No.");
    }

    [Name("never-ends")]
    sealed class NeverEnds : Rule
    {
        public override void Define()
        {
            Arrived arrived = default!;
            When().Match(() => arrived);
            Then().Do(context => context.Update(arrived));
        }
    }

    [RuleId("9d3c0d2e-1111-4222-8333-444455556666"), Name("without-story")]
    sealed class WithoutStory : Rule
    {
        public override void Define()
        {
            Sighting sighting = default!;
            When().Match(() => sighting);
            Then().Do(_ => Nothing());
        }
    }

    static void Nothing()
    {
    }
}

[RuleId("5b0a6d6e-7d5f-4d1c-9a53-1d6b3f0c2a09"), Name("asks-more"), Description("Asks for more than its story")]
sealed class AsksMore : Rule
{
    static readonly Story Story = ChainsOfASite.NewStory();

    public override void Define()
    {
        Sighting end = default!;
        When().Match(() => end, s => Story.EndsWith(s) || s.TimeMicros > 0);
        Then().Do(context => context.Raise("low", Story.Evidence(end)));
    }
}
