using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Model;

// Which method computes which derived field.
public sealed partial class AuditEvent
{
    DerivedValue Derive(DerivedField field) => field switch
    {
        DerivedField.ApiPath => OfApiPath(),
        DerivedField.AuditIdIsUuid => _ranges.Has(HotField.AuditId) ? Of((Hints & EventHints.UuidForId) != 0) : Missing(HotField.AuditId),
        DerivedField.AuditLevel => OfHot(HotField.Level),
        DerivedField.BindingRoleKind => OfWritten("rolebindings"u8, "clusterrolebindings"u8, "roleRef"u8, "kind"u8),
        DerivedField.BindingRoleName => OfWritten("rolebindings"u8, "clusterrolebindings"u8, "roleRef"u8, "name"u8),
        DerivedField.BindingSubjects => OfWritten("rolebindings"u8, "clusterrolebindings"u8, "subjects"u8, default),
        DerivedField.CallerNode => OfExtra("authentication.kubernetes.io/node-name"),
        DerivedField.CallerNodeUid => OfExtra("authentication.kubernetes.io/node-uid"),
        DerivedField.CallerPod => OfExtra(CallerPodKey),
        DerivedField.CallerPodUid => OfExtra("authentication.kubernetes.io/pod-uid"),
        DerivedField.ClientIp => ClientIp is { } ip ? Of(ip) : Missing(HotField.SourceIps),
        DerivedField.ClientIpInCluster => OfClientIpInCluster(),
        DerivedField.ClientIpScope => OfClientIpScope(),
        DerivedField.CredentialId => OfExtra(CredentialIdKey),
        DerivedField.CsrCommonName or DerivedField.CsrKeyType or DerivedField.CsrNames or DerivedField.CsrOrganizations => OfCertificateRequest(field),
        DerivedField.CsrSigner => OfWritten("certificatesigningrequests"u8, default, "spec"u8, "signerName"u8, anySubresource: true),
        DerivedField.CsrUsages => OfWritten("certificatesigningrequests"u8, default, "spec"u8, "usages"u8, anySubresource: true),
        DerivedField.Decision => OfAnnotation("authorization.k8s.io/decision"),
        DerivedField.DecisionReason => OfAnnotation("authorization.k8s.io/reason"),
        DerivedField.DryRun => _ranges.Has(HotField.RequestUri) ? Of(IsDryRun) : Missing(HotField.RequestUri),
        DerivedField.EffectiveGroups => OfEffectiveGroups(),
        DerivedField.EffectiveSaName => IsImpersonationUnknown(out var unknown) ? unknown : OfServiceAccount(EffectiveUser, name: true),
        DerivedField.EffectiveSaNamespace => IsImpersonationUnknown(out var unknown) ? unknown : OfServiceAccount(EffectiveUser, name: false),
        DerivedField.EffectiveUser => IsImpersonationUnknown(out var unknown) ? unknown : OfHot(IsImpersonated ? HotField.ImpersonatedUserName : HotField.UserName),
        DerivedField.ExecCommand => OfExecCommand(),
        DerivedField.ExecCommandLine => OfExecCommandLine(),
        DerivedField.ExecContainer => OfExecParameter("container"u8),
        DerivedField.ExecStdin => OfExecFlag("stdin"u8),
        DerivedField.ExecTty => OfExecFlag("tty"u8),
        DerivedField.FieldSelector => OfQuery("fieldSelector"u8),
        DerivedField.Impersonated => IsImpersonationUnknown(out var unknown) ? unknown : Of(IsImpersonated),
        DerivedField.IsCreate => OfIsCreate(),
        DerivedField.IsNode => _ranges.Has(HotField.User) ? Of(NodeName is not null) : Missing(HotField.User),
        DerivedField.IsServiceAccount => _ranges.Has(HotField.User) ? Of(OfServiceAccount(UserName, name: true).Kind == AnswerKind.Text) : Missing(HotField.User),
        DerivedField.IsWrite => OfIsWrite(),
        DerivedField.IssuedCredentialId => OfAnnotation("authentication.kubernetes.io/issued-credential-id"),
        DerivedField.LabelSelector => OfQuery("labelSelector"u8),
        DerivedField.Limit => OfLimit(),
        DerivedField.ListScope => OfListScope(),
        DerivedField.Name => OfName(),
        DerivedField.NodeName => NodeName is { } node ? OfShared(node) : Missing(HotField.UserName),
        DerivedField.Outcome => OfOutcome(),
        DerivedField.PatchType => OfPatchType(),
        DerivedField.Pod => OfPod(),
        DerivedField.PodAnnotations => OfPodMetadata("annotations"u8),
        DerivedField.PodContainers => OfPodContainers(),
        DerivedField.PodHostIpc => OfPodFlag("hostIPC"u8),
        DerivedField.PodHostNetwork => OfPodFlag("hostNetwork"u8),
        DerivedField.PodHostPid => OfPodFlag("hostPID"u8),
        DerivedField.PodLabels => OfPodMetadata("labels"u8),
        DerivedField.PodServiceAccount => OfPodServiceAccount(),
        DerivedField.PodVolumes => OfPodPart("volumes"u8),
        DerivedField.ProxyPath => OfProxyPath(),
        DerivedField.RealUser => OfHot(HotField.UserName),
        DerivedField.RoleAggregated => OfRoleAggregated(),
        DerivedField.RoleRules => OfWritten("roles"u8, "clusterroles"u8, "rules"u8, default),
        DerivedField.SaName => OfServiceAccount(UserName, name: true),
        DerivedField.SaNamespace => OfServiceAccount(UserName, name: false),
        DerivedField.SourceIpsAll => _isOfGke ? DerivedValue.Unknown(UnknownReason.LevelTooLow) : SourceIps.Count > 0 ? Of(SourceIps) : Missing(HotField.SourceIps),
        DerivedField.UaOs => AgentSystem is { } system ? OfWord(system) : Missing(HotField.UserAgent),
        DerivedField.UaProduct => AgentProduct is { } product ? OfWord(product) : Missing(HotField.UserAgent),
        DerivedField.UaVersion => AgentVersion is { } version ? OfWord(version) : Missing(HotField.UserAgent),
        DerivedField.XffPresent => _isOfGke ? DerivedValue.Unknown(UnknownReason.LevelTooLow) : _ranges.Has(HotField.SourceIps) ? Of(Addresses.IsForwarded) : Missing(HotField.SourceIps),
        _ => DerivedValue.Absent,
    };

    DerivedValue OfHot(HotField field) =>
        _ranges.Has(field) && _ranges.IsString(field)
            ? DerivedValue.OfText(_ranges.IsEscaped(field) ? UnescapedMemory(field) : RawMemory(field), Symbol(field))
            : Missing(field);

    ReadOnlyMemory<byte> UnescapedMemory(HotField field)
    {
        Plain(field);
        return _plain[(int)field];
    }
}
