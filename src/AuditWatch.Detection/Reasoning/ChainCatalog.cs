using System.Reflection;
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
    readonly HashSet<string> _ends = new(StringComparer.Ordinal);

    public ChainCatalog(IReadOnlyList<Type> chains)
    {
        var repository = new RuleRepository();
        foreach (var chain in chains)
        {
            ChainIdentity.IdOf(chain);
            var story = StoryOf(chain);
            _ends.Add(story.StepNames[^1]);
            foreach (var step in story.StepNames.SkipLast(1)) Kinds(step).Add(story.By);
        }

        if (chains.Count > 0) repository.Load(x => x.PrivateTypes().From(chains));
        Rules = [.. repository.GetRuleSets().SelectMany(s => s.Rules)];
        Types = chains;
        WithinMicros = chains.Count == 0 ? 0 : chains.Max(c => StoryOf(c).WithinMicros);
    }

    public IReadOnlyList<IRuleDefinition> Rules { get; }

    public IReadOnlyList<Type> Types { get; }

    /// <summary>The longest reach of any chain.</summary>
    public long WithinMicros { get; }

    /// <summary>The shipped chains, compiled into this assembly from <c>detections/chains</c>.</summary>
    public static ChainCatalog Shipped() => new([.. typeof(ChainCatalog).Assembly.GetTypes()
        .Where(t => t is { IsAbstract: false, IsPublic: true } && t.IsSubclassOf(typeof(Rule)) && t.GetCustomAttribute<RuleIdAttribute>() is not null)
        .OrderBy(t => t.FullName, StringComparer.Ordinal)]);

    /// <summary>Whether some chain builds on where credentials come from and are used.</summary>
    public bool FollowsCredentials => KeptIn(TableSightings.CredentialElsewhere.Name).Count > 0;

    /// <summary>Whether sightings of the rule can be the last step of some chain.</summary>
    public bool CanEnd(string rule) => _ends.Contains(rule);

    /// <summary>In which dossiers sightings of the rule are kept; none when no chain has it as a step before its end.</summary>
    public IReadOnlyCollection<EntityKind> KeptIn(string rule) => _members.TryGetValue(rule, out var kinds) ? kinds : [];

    internal static Story StoryOf(Type chain) =>
        chain.GetFields(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public).FirstOrDefault(f => f.FieldType == typeof(Story))?.GetValue(null) as Story
        ?? throw new InvalidOperationException($"The chain {chain.FullName} has no static field of type Story; it could not say which sightings end it.");

    HashSet<EntityKind> Kinds(string rule)
    {
        if (!_members.TryGetValue(rule, out var kinds)) _members[rule] = kinds = [];
        return kinds;
    }
}
