using System.Globalization;
using AuditWatch.Events;
using AuditWatch.Storage.Index;

namespace AuditWatch.Storage.Tests.Index;

/// <summary>A complete row, of which a test changes what it is about.</summary>
internal static class ARow
{
    public static EventRow Numbered(int number) => new()
    {
        EventId = EventId.Of("prod", BitConverter.GetBytes(number)),
        Position = new EventPosition(0, number / 100, number % 100),
        Cluster = "prod",
        AuditId = string.Create(CultureInfo.InvariantCulture, $"7d0c0f2e-0000-4000-8000-{number:d12}"),
        TimeMicros = AnAlert.Noon + number * 1_000L + 7,
        RequestReceivedMicros = AnAlert.Noon + number * 1_000L,
        Stage = "ResponseComplete",
        Level = "Metadata",
        Verb = "get",
        User = "system:serviceaccount:ci:runner",
        UserGroups = ["system:serviceaccounts", "system:serviceaccounts:ci", "system:authenticated"],
        SourceIps = ["203.0.113.7", "10.2.3.4"],
        ClientIp = "10.2.3.4",
        UserAgent = "curl/8.5.0",
        ApiGroup = "",
        ApiVersion = "v1",
        Resource = "secrets",
        Namespace = "prod",
        Name = "db-credentials",
        RequestUri = "/api/v1/namespaces/prod/secrets/db-credentials?timeout=5s",
        Code = 200,
        Outcome = "success",
        Decision = "allow",
        DecisionReason = "RBAC: allowed by RoleBinding \"r/prod\" of Role \"r\" to ServiceAccount \"runner/ci\"",
        CredentialId = "JTI=5f1c",
        CallerPod = "runner-0",
        CallerNode = "node-1",
        Bytes = 1234,
    };
}
