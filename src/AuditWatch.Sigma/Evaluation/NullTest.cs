namespace AuditWatch.Sigma.Evaluation;

/// <summary>Whether the field is absent or JSON null.</summary>
internal sealed class NullTest : ValueTest
{
    protected override Verdict OnScalar(scoped in FieldValue value, EventView view) => value.Kind is FieldKind.Absent or FieldKind.Null ? Verdict.True : Verdict.False;

    public override string Canonical => "null";
}
