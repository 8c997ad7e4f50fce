using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Model;

// Which method computes which derived field.
public sealed partial class AuditEvent
{
    DerivedValue Derive(DerivedField field) => field switch
    {
        DerivedField.AuditLevel => Of(Text(HotField.Level)),
        DerivedField.ClientIp => Of(ClientIp),
        DerivedField.CredentialId => Of(CredentialId),
        DerivedField.IssuedCredentialId => Of(IssuedCredentialId),
        DerivedField.RealUser => Of(UserName),
        DerivedField.EffectiveUser => Of(EffectiveUser),
        DerivedField.Impersonated => Of(IsImpersonated),
        DerivedField.DryRun => Of(IsDryRun),
        DerivedField.Name => Of(Name),
        DerivedField.UaProduct => Of(AgentProduct),
        DerivedField.UaVersion => Of(AgentVersion),
        DerivedField.SourceIpsAll => Of(SourceIps),
        _ => DerivedValue.Absent,
    };
}
