using System.Text;
using System.Text.Json;

namespace AuditWatch.Server.Queries;

/// <summary>What <c>clusters add</c> answers: the token, a webhook kubeconfig that is ready to use, and the API server's flags.</summary>
static class ClusterCredential
{
    public static void Write(Utf8JsonWriter json, NewCluster cluster, string token)
    {
        json.WriteString("cluster", cluster.Name);
        json.WriteString("token", token);
        json.WriteString("kubeconfig", Kubeconfig(cluster, token));
        json.WriteStartArray("flags");
        foreach (var flag in Flags) json.WriteStringValue(flag);
        json.WriteEndArray();
    }

    // The API server reads the file once, at start. current-context is required. It sends no credentials over plain http.
    static string Kubeconfig(NewCluster cluster, string token)
    {
        var url = (cluster.Url ?? "https://auditwatch.example:9443").TrimEnd('/');
        var authority = cluster.CaPem is null ? "" : $"\n    certificate-authority-data: {Convert.ToBase64String(Encoding.UTF8.GetBytes(cluster.CaPem))}";
        return $"""
            apiVersion: v1
            kind: Config
            clusters:
            - name: auditwatch
              cluster:
                server: {url}/ingest/v1/clusters/{cluster.Name}{authority}
            users:
            - name: kube-apiserver
              user:
                token: {token}
            contexts:
            - name: auditwatch
              context: {"{"}cluster: auditwatch, user: kube-apiserver{"}"}
            current-context: auditwatch

            """;
    }

    static readonly string[] Flags =
    [
        "--audit-policy-file=/etc/kubernetes/audit/policy.yaml",
        "--audit-webhook-config-file=/etc/kubernetes/audit/webhook.yaml",
        "--audit-webhook-mode=batch",
        "--audit-webhook-batch-max-wait=1s",
        "--audit-webhook-batch-max-size=200",
        "--audit-webhook-batch-buffer-size=50000",
        "--audit-webhook-batch-throttle-qps=50",
        "--audit-webhook-batch-throttle-burst=100",
        "--audit-webhook-initial-backoff=10s",
    ];
}
