using System.Linq.Expressions;
using System.Reflection;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Rules;
using AuditWatch.Sigma.Parsing;
using NRules.Fluent;
using NRules.Fluent.Dsl;
using NRules.RuleModel;

namespace AuditWatch.Detection.Reasoning;

/// <summary>The chains: rules in C# over sightings. Knows which sightings they need kept, and which can end one.</summary>
sealed class ChainCatalog
{
    /// <summary>No chains: what a run with only the rules of a folder uses.</summary>
    public static readonly ChainCatalog None = new([]);

    readonly Dictionary<string, HashSet<EntityKind>> _members = new(StringComparer.Ordinal);
    readonly Dictionary<string, List<(string Chain, Story Story)>> _ends = new(StringComparer.Ordinal);

    public ChainCatalog(IReadOnlyList<Type> chains)
    {
        var repository = new RuleRepository();
        foreach (var chain in chains) _ = ChainIdentity.IdOf(chain);
        if (chains.Count > 0) repository.Load(x => x.PrivateTypes().From(chains));
        Rules = [.. repository.GetRuleSets().SelectMany(s => s.Rules)];
        var names = Rules.ToDictionary(r => (Type)r.Properties[RuleProperties.ClrType], r => r.Name);
        foreach (var chain in chains)
        {
            var story = StoryOf(chain);
            AskForStories &= AsksFor(story, Rules.First(r => r.Name == names[chain]));
            var last = story.StepNames.Count - 1;
            foreach (var rule in story.RulesOf(last)) (_ends.TryGetValue(rule, out var stories) ? stories : _ends[rule] = []).Add((names[chain], story));
            for (var step = 0; step < last; step++)
                foreach (var rule in story.RulesOf(step)) Kinds(rule).Add(story.By);
        }

        Types = chains;
        WithinMicros = chains.Count == 0 ? 0 : chains.Max(c => StoryOf(c).WithinMicros);
    }

    public IReadOnlyList<IRuleDefinition> Rules { get; }

    /// <summary>The rule that a chain defines.</summary>
    public IRuleDefinition RuleOf(Type chain) => Rules.First(r => (Type)r.Properties[RuleProperties.ClrType] == chain);

    public IReadOnlyList<Type> Types { get; }

    /// <summary>Whether every chain asks a sighting, among whatever else, whether it ends the chain's story: then nobody has to be asked about one that ends none.</summary>
    public bool AskForStories { get; } = true;

    /// <summary>The longest reach of any chain.</summary>
    public long WithinMicros { get; }

    /// <summary>The shipped chains, where they are wanted, and a site's own.</summary>
    public static ChainCatalog Of(RuleSources sources, ICollection<Problem> problems)
    {
        IReadOnlyList<Type> shipped = sources.Chains ? Shipped().Types : [];
        if (sources.ChainAssemblies.Count == 0) return shipped.Count == 0 ? None : new(shipped);
        return new(ChainAssemblies.Check([.. shipped, .. ChainAssemblies.Load(sources.ChainAssemblies, problems)], problems));
    }

    /// <summary>The shipped chains, compiled into this assembly from <c>detections/chains</c>.</summary>
    public static ChainCatalog Shipped() => new([.. typeof(ChainCatalog).Assembly.GetTypes()
        .Where(t => t is { IsAbstract: false, IsPublic: true } && t.IsSubclassOf(typeof(Rule)) && t.GetCustomAttribute<RuleIdAttribute>() is not null)
        .OrderBy(t => t.FullName, StringComparer.Ordinal)]);

    /// <summary>Whether some chain builds on where credentials come from and are used.</summary>
    public bool FollowsCredentials => KeptIn(TableSightings.CredentialElsewhere.Name).Count > 0;

    /// <summary>Whether sightings of the rule can be the last step of some chain.</summary>
    public bool CanEnd(string rule) => _ends.ContainsKey(rule);

    /// <summary>Every chain's story.</summary>
    public IEnumerable<(string Chain, Story Story)> Stories => _ends.Values.SelectMany(s => s).DistinctBy(s => s.Chain);

    /// <summary>The stories that sightings of the rule can end.</summary>
    public IReadOnlyList<(string Chain, Story Story)> EndedBy(string rule) => _ends.TryGetValue(rule, out var stories) ? stories : [];

    /// <summary>In which dossiers sightings of the rule are kept; none when no chain has it as a step before its end.</summary>
    public IReadOnlyCollection<EntityKind> KeptIn(string rule) => _members.TryGetValue(rule, out var kinds) ? kinds : [];

    internal static Story StoryOf(Type chain) =>
        chain.GetFields(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public).FirstOrDefault(f => f.FieldType == typeof(Story))?.GetValue(null) as Story
        ?? throw new InvalidOperationException($"The chain {chain.FullName} has no static field of type Story; it could not say which sightings end it.");

    // Conditions of a pattern must all hold.
    static bool AsksFor(Story story, IRuleDefinition rule) =>
        rule.LeftHandSide.ChildElements.ToList() is [PatternElement { Source: null } pattern] && pattern.ValueType == typeof(Sighting)
        && pattern.Expressions.Any(e => e.Expression.Body is MethodCallExpression { Method.Name: nameof(Story.EndsWith), Object: MemberExpression { Member: FieldInfo { IsStatic: true } field }, Arguments: [ParameterExpression] }
            && ReferenceEquals(field.GetValue(null), story));

    HashSet<EntityKind> Kinds(string rule)
    {
        if (!_members.TryGetValue(rule, out var kinds)) _members[rule] = kinds = [];
        return kinds;
    }
}
