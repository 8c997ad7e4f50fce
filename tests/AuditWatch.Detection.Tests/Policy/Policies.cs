using AuditWatch.Detection.Policy;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Tests.Policy;

/// <summary>Audit policies for tests, from their rules.</summary>
static class Policies
{
    public static AuditPolicy Of(string rules, string more = "")
    {
        var problems = new List<Problem>();
        return AuditPolicyReader.Read("policy.yaml", Text(rules, more), problems) ?? throw new InvalidOperationException(string.Join('\n', problems));
    }

    public static IReadOnlyList<Problem> Problems(string rules, string more = "")
    {
        var problems = new List<Problem>();
        AuditPolicyReader.Read("policy.yaml", Text(rules, more), problems);
        return problems;
    }

    static string Text(string rules, string more) => $"apiVersion: audit.k8s.io/v1\nkind: Policy\n{more}\nrules:\n{rules}\n";
}
