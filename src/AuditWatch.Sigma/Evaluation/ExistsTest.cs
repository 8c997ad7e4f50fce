namespace AuditWatch.Sigma.Evaluation;

/// <summary>Whether the field is there, be it null or empty.</summary>
internal sealed class ExistsTest : ValueTest
{
    public override Verdict On(scoped in FieldValue value, EventView view) => value.Kind switch
    {
        FieldKind.Unknown => value.IsThere ? Verdict.True : Verdict.Unknown(value.Why),
        FieldKind.Absent => Verdict.False,
        _ => Verdict.True,
    };

    protected override Verdict OnScalar(scoped in FieldValue value, EventView view) => On(value, view);

    public override NeededText? Needed(string path) => NeededText.OfPath(path);

    public override string Canonical => "exists";
}
