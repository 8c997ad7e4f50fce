using System.Collections.Concurrent;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.Rules;
using NRules.Fluent;
using NRules.RuleModel;

namespace AuditWatch.Detection.Reasoning;

/// <summary>What a chain's alerts say of the chain, read from the attributes of its class.</summary>
static class ChainIdentity
{
    static readonly ConcurrentDictionary<(Type, string), RuleIdentity> Known = new();

    public static RuleIdentity Of(IRuleDefinition rule, string level, Story story)
    {
        var type = (Type)rule.Properties[RuleProperties.ClrType];
        return Known.GetOrAdd((type, level), _ => new RuleIdentity(
            new AlertRule(IdOf(type), rule.Name, Title(rule), Revision(type, level, story), AttackTags.Techniques(rule.Tags), AttackTags.Tactics(rule.Tags)),
            level, RaisesAlert: true));
    }

    public static string IdOf(Type type) => type.GetCustomAttribute<RuleIdAttribute>()?.Id
        ?? throw new InvalidOperationException($"The chain {type.FullName} has no [RuleId(\"…\")]; give it a new UUID.");

    // The first sentence of the description is the title.
    static string Title(IRuleDefinition rule) => rule.Description.Length > 0 ? rule.Description.Split(". ", 2)[0].TrimEnd('.') : rule.Name;

    static string Revision(Type type, string level, Story story) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{IdOf(type)}\n{level}\n{story}")).AsSpan(0, 8));
}
