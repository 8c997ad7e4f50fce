using AuditWatch.Detection.Alerts;

namespace AuditWatch.Storage.Tests;

/// <summary>A complete alert, of which a test changes what it is about.</summary>
internal static class AnAlert
{
    public const long Noon = 1_767_096_000_000_000;

    public static Alert Numbered(int number) => new()
    {
        AlertId = number.ToString("x32", System.Globalization.CultureInfo.InvariantCulture),
        TimeMicros = Noon + number,
        Cluster = "prod-eu",
        Level = "high",
        Rule = new AlertRule("0f5d7a51-5a3c-4b38-9c7e-6c7f4d1d2a10", "secret-read-by-unexpected-identity", "Secret read by an unexpected identity", "r1",
            ["T1552.007"], ["credential-access"]),
        Sentence = "system:serviceaccount:ci:runner read Secret prod/db-credentials from 10.2.3.4 with curl",
        Actor = new AlertActor("system:serviceaccount:ci:runner", ["system:serviceaccounts"], "system:serviceaccount:ci:runner", false, "JTI=5f1c", "10.2.3.4", "curl/8.5.0"),
        Verb = "get",
        Object = new AlertObject("", "secrets", null, "prod", "db-credentials"),
        Outcome = "success",
        AuditIds = ["a-" + number.ToString(System.Globalization.CultureInfo.InvariantCulture)],
        Count = 1,
        Evidence = [EvidencePosition.Journal(0, 12, 3)],
        Matched = [new AlertMatch("selection", "objectRef.resource", "secrets")],
        GroupBy = new Dictionary<string, string> { ["user"] = "system:serviceaccount:ci:runner" },
        Window = (Noon, Noon + 5),
    };
}
