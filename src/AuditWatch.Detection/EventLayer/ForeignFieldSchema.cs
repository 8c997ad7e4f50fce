using AuditWatch.Events.Model;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.EventLayer;

/// <summary>
/// Fields of rules that were written for another log and are asked of audit events all the same: what an audit event has is bound as ever, and what it cannot have it does
/// not have. A misspelt field of a rule for our own log stays a fault.
/// </summary>
sealed class ForeignFieldSchema : IFieldSchema
{
    public static readonly ForeignFieldSchema Instance = new();

    public bool TryBind(string field, out int slot, out string? problem)
    {
        if (!AuditFieldSchema.Instance.TryBind(field, out slot, out problem)) (slot, problem) = (AuditFieldSchema.Instance.SlotOf(AuditSchema.Nowhere), null);
        return true;
    }
}
