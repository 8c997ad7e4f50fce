using System.Text;

namespace AuditWatch.Tests.Running;

/// <summary>Made-up audit events, one line each.</summary>
internal static class AuditLine
{
    public const string SecretReadRule = "7d0f4a52-6f0e-4c0e-9d0a-0c7f5f0f2b11";

    public static string Of(
        string auditId, string received = "2026-11-23T09:27:03.083285Z", string? stageTime = null, string stage = "ResponseComplete", string user = "alice", string verb = "get",
        string resource = "secrets", int? code = 200, string level = "Metadata", string more = "") =>
        $$"""{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"{{level}}","auditID":"{{auditId}}","stage":"{{stage}}","requestURI":"/api/v1/namespaces/prod/{{resource}}/db","verb":"{{verb}}","user":{"username":"{{user}}","groups":["system:authenticated"]},"sourceIPs":["10.2.3.4"],"userAgent":"curl/8.1","objectRef":{"resource":"{{resource}}","namespace":"prod","name":"db","apiVersion":"v1"},{{(code is null ? "" : $$"""
        "responseStatus":{"metadata":{},"code":{{code}}},
        """)}}"requestReceivedTimestamp":"{{received}}","stageTimestamp":"{{stageTime ?? received}}"{{more}}}""";

    /// <summary>An event that no rule speaks of, for tests of how many come through.</summary>
    public static string OfNoNote(int group, int number) => Of($"{group:x8}-0000-4000-8000-{number:x12}", resource: "pods");

    /// <summary>So many requests, a second apart, of which every second reads a Secret.</summary>
    public static List<string> History(int count) =>
        [.. Enumerable.Range(0, count).Select(i => Of($"request-{i:D3}", received: $"2026-11-23T{9 + (27 + i / 60) / 60:D2}:{(27 + i / 60) % 60:D2}:{i % 60:D2}.000001Z", resource: i % 2 == 0 ? "secrets" : "pods"))];

    public static byte[] Utf8(params IEnumerable<string> lines) => Encoding.UTF8.GetBytes(string.Concat(lines.Select(l => l + "\n")));

    /// <summary>A folder with one rule of level high, true on every read of a Secret, and whatever else is given as (path, text).</summary>
    public static string Rules(params (string Path, string Text)[] more)
    {
        var folder = Directory.CreateTempSubdirectory("aw-rules").FullName;
        foreach (var (path, text) in more.Prepend(("secret-read.yml", SecretRead)))
        {
            var file = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
        }
        return folder;
    }

    const string SecretRead = $$"""
        title: Secret read
        id: {{SecretReadRule}}
        name: secret-read
        status: stable
        level: high
        logsource: {product: kubernetes, service: audit}
        detection:
          selection:
            objectRef.resource: secrets
            verb: get
          condition: selection
        """;
}
