using System.Security.Cryptography;
using System.Text;
using AuditWatch.Sigma.Evaluation;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Sigma.Compilation;

/// <summary>Makes rules ready to run.</summary>
public static class RuleCompiler
{
    /// <summary>Compiles a rule with the filters that are meant for it. Null when something is wrong; <paramref name="problems"/> says what.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="schema">Which fields events have.</param>
    /// <param name="lists">Named lists.</param>
    /// <param name="filters">All filters; those for other rules are passed over.</param>
    /// <param name="problems">Receives what is wrong.</param>
    public static CompiledRule? Compile(SigmaRule rule, IFieldSchema schema, IListSource lists, IReadOnlyList<SigmaFilter> filters, ICollection<Problem> problems)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(filters);
        var scope = new EventScope(schema);
        var parts = new List<Node>();
        var ok = Add(rule, rule.Detection, "");
        foreach (var filter in filters)
            if (filter.AppliesTo(rule)) ok &= Add(filter, filter.Detection, filter.Name + "/");
        if (!ok) return null;
        var root = AndNode.Of(parts);
        var fields = new List<string>();
        root.CollectFields(fields);
        var revision = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(rule.Level + "\n" + root.Canonical)))[..16];
        return new RunnableRule(rule, root, fields, revision);

        bool Add(SigmaDocument document, SigmaDetection detection, string prefix)
        {
            // Warnings were given when the file was parsed.
            var found = new List<Problem>();
            var list = new ProblemList(document.File, found) { Rule = document.Name };
            if (new DetectionCompiler(scope, lists, list).Compile(detection, prefix) is { } node) parts.Add(node);
            foreach (var problem in found)
                if (problem.Severity == ProblemSeverity.Error) problems.Add(problem);
            return list.Errors == 0;
        }
    }
}
