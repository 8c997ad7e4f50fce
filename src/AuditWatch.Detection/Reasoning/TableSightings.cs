using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.Rules;

namespace AuditWatch.Detection.Reasoning;

/// <summary>The sightings that come from tables over all events instead of from a predicate on one; chains call them by these names.</summary>
static class TableSightings
{
    public static readonly RuleIdentity CredentialIssued = Make("0e9a4f0c-6a53-4f0e-9d0a-6b8f5d8d6c11", "credential-issued", "A token was issued");

    public static readonly RuleIdentity CredentialElsewhere = Make("5b3f1f0e-2c7d-4a56-8a3e-1c9b7e0d4f22", "credential-elsewhere", "A credential was used away from where it lives");

    public static readonly RuleIdentity FirstAct = Make("a8d2c6b4-7e19-4d3b-b5f8-2f6e9c1a7d33", "first-act-since-bound", "A subject's first act since it was given rights");

    public static readonly RuleIdentity FirstActByCertificate = Make("c41f7d0a-3b52-4c8e-9a67-5d0e8b2f1a44", "first-act-since-certified", "An identity's first act since a certificate for it was approved");

    /// <summary>The rule whose sightings arm <see cref="FirstActByCertificate"/>.</summary>
    public const string CertificateApproved = "certificate-request-approved-by-hand";

    /// <summary>The rule whose sightings arm <see cref="FirstAct"/>.</summary>
    public const string PrivilegedBinding = "privileged-binding";

    static RuleIdentity Make(string id, string name, string title) => new(new AlertRule(id, name, title, "table-1", [], []), "informational", RaisesAlert: false);
}
