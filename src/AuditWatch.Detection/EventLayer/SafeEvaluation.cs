using AuditWatch.Sigma.Compilation;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.EventLayer;

static class SafeEvaluation
{
    /// <summary>A rule that fails must not take the others down with it: it could not say, and that is counted.</summary>
    public static Verdict EvaluateSafely(this CompiledRule rule, EventView view)
    {
        try
        {
            return rule.Evaluate(view);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return Verdict.Unknown(UnknownReason.RuleFailed);
        }
    }
}
