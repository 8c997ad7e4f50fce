using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Model;

/// <summary>
/// One audit event, read lazily from its bytes; one instance is reused from event to event by one thread. Everything derived is computed at most once per event.
/// Texts are null when the event does not have the field; repeated texts are one shared string.
/// </summary>
public sealed partial class AuditEvent(SymbolTable symbols)
{
    /// <summary>Where its texts are interned.</summary>
    public SymbolTable Symbols { get; } = symbols;

    /// <summary>Points this instance at an event; the bytes are borrowed until the next call. False with the fault when they do not scan.</summary>
    public bool TryRead(ReadOnlyMemory<byte> utf8, in EventOrigin origin, ClusterFacts cluster, long receivedMicros, out ScanError error) => throw new NotImplementedException();

    /// <summary>The event's bytes.</summary>
    public ReadOnlyMemory<byte> Utf8 => throw new NotImplementedException();
    /// <summary>The scanned ranges.</summary>
    public EventRanges Ranges => throw new NotImplementedException();
    /// <summary>What is known beside the bytes.</summary>
    public EventOrigin Origin => throw new NotImplementedException();
    /// <summary>The cluster it belongs to.</summary>
    public ClusterFacts Cluster => throw new NotImplementedException();

    /// <summary>Answers a field lookup: present, absent, or unknown with reasons.</summary>
    public FieldAnswer Get(FieldPath field) => throw new NotImplementedException();
    /// <summary>A hot field's text, unescaped; interned where values repeat; null when absent or no string.</summary>
    public string? Text(HotField field) => throw new NotImplementedException();
    /// <summary>A hot field's symbol (see <see cref="SymbolTable"/>), or -1 when absent or not interned.</summary>
    public int Symbol(HotField field) => throw new NotImplementedException();
    /// <summary>An annotation's value; null when absent.</summary>
    public string? Annotation(string key) => throw new NotImplementedException();
    /// <summary>First value of a user.extra key; null when absent.</summary>
    public string? Extra(string key) => throw new NotImplementedException();

    /// <summary>level</summary>
    public AuditLevel Level => throw new NotImplementedException();
    /// <summary>stage</summary>
    public AuditStage Stage => throw new NotImplementedException();
    /// <summary>auditID</summary>
    public string AuditId => throw new NotImplementedException();
    /// <summary>verb; empty when absent</summary>
    public string Verb => throw new NotImplementedException();
    /// <summary>requestURI</summary>
    public string RequestUri => throw new NotImplementedException();
    /// <summary>user.username: the authenticated user</summary>
    public string? UserName => throw new NotImplementedException();
    /// <summary>user.groups</summary>
    public IReadOnlyList<string> UserGroups => throw new NotImplementedException();
    /// <summary>impersonatedUser.username</summary>
    public string? ImpersonatedUserName => throw new NotImplementedException();
    /// <summary>impersonatedUser.groups</summary>
    public IReadOnlyList<string> ImpersonatedGroups => throw new NotImplementedException();
    /// <summary>impersonated user if there is one, else the authenticated user</summary>
    public string? EffectiveUser => throw new NotImplementedException();
    /// <summary>Whether the request acted as somebody else.</summary>
    public bool IsImpersonated => throw new NotImplementedException();
    /// <summary>userAgent</summary>
    public string? UserAgent => throw new NotImplementedException();
    /// <summary>First product token of the agent, for instance <c>kubectl</c>.</summary>
    public string? AgentProduct => throw new NotImplementedException();
    /// <summary>Its version, for instance <c>1.31.0</c>.</summary>
    public string? AgentVersion => throw new NotImplementedException();
    /// <summary>sourceIPs</summary>
    public IReadOnlyList<string> SourceIps => throw new NotImplementedException();
    /// <summary>The address right of which only trusted proxies stand.</summary>
    public string? ClientIp => throw new NotImplementedException();
    /// <summary>objectRef.resource</summary>
    public string? Resource => throw new NotImplementedException();
    /// <summary>objectRef.subresource</summary>
    public string? Subresource => throw new NotImplementedException();
    /// <summary>objectRef.namespace</summary>
    public string? Namespace => throw new NotImplementedException();
    /// <summary>objectRef.name, or responseObject.metadata.name for a generated name</summary>
    public string? Name => throw new NotImplementedException();
    /// <summary>objectRef.apiGroup; empty for the core group</summary>
    public string ApiGroup => throw new NotImplementedException();
    /// <summary>objectRef.apiVersion</summary>
    public string? ApiVersion => throw new NotImplementedException();
    /// <summary>responseStatus.code; 0 when none was seen</summary>
    public int ResponseCode => throw new NotImplementedException();
    /// <summary>How the request ended.</summary>
    public Outcome Outcome => throw new NotImplementedException();
    /// <summary>requestReceivedTimestamp, microseconds since 1970; 0 when missing</summary>
    public long RequestReceivedMicros => throw new NotImplementedException();
    /// <summary>The event's time, microseconds since 1970; see <see cref="TimeSource"/></summary>
    public long TimeMicros => throw new NotImplementedException();
    /// <summary>Where <see cref="TimeMicros"/> came from.</summary>
    public TimeSource TimeSource => throw new NotImplementedException();
    /// <summary>user.extra credential id, for instance <c>JTI=…</c></summary>
    public string? CredentialId => throw new NotImplementedException();
    /// <summary>The credential that this request issued (annotation).</summary>
    public string? IssuedCredentialId => throw new NotImplementedException();
    /// <summary>Pod that the caller's token is bound to.</summary>
    public string? CallerPod => throw new NotImplementedException();
    /// <summary>Node that the caller's token is bound to.</summary>
    public string? CallerNode => throw new NotImplementedException();
    /// <summary>Whether dryRun was asked for.</summary>
    public bool IsDryRun => throw new NotImplementedException();
}
