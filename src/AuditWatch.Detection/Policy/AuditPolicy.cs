using AuditWatch.Events.Model;

namespace AuditWatch.Detection.Policy;

/// <summary>An audit policy of kube-apiserver: the first rule that matches a request decides how much of it is logged.</summary>
/// <param name="File">Where it was read.</param>
/// <param name="Rules">In their order.</param>
/// <param name="OmitStages">Stages left out whatever the rule.</param>
public sealed record AuditPolicy(string File, IReadOnlyList<AuditPolicyRule> Rules, IReadOnlySet<AuditStage> OmitStages)
{
    /// <summary>What is logged of a request; without a matching rule nothing is.</summary>
    public AuditDecision Decide(AuditedRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        for (var i = 0; i < Rules.Count; i++)
            if (Rules[i].Matches(request)) return new AuditDecision(Rules[i].Level, i, [.. OmitStages.Union(Rules[i].OmitStages)]);
        return new AuditDecision(null, -1, [.. OmitStages]);
    }

    /// <summary>The same policy with one more rule at a place.</summary>
    public AuditPolicy With(AuditPolicyRule rule, int at) => this with { Rules = [.. Rules.Take(at), rule, .. Rules.Skip(at)] };
}

/// <summary>What a policy says of one request.</summary>
/// <param name="Level">How much is logged; null: nothing.</param>
/// <param name="Rule">The rule that decided, from 0; -1 when none matched.</param>
/// <param name="Omitted">Stages that are not logged.</param>
public sealed record AuditDecision(AuditLevel? Level, int Rule, IReadOnlyList<AuditStage> Omitted);
