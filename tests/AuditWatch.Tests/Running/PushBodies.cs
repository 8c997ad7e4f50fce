using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace AuditWatch.Tests.Running;

/// <summary>What the API server, Falco, Firehose and Pub/Sub post, with records that are told by an id; <c>noise</c> makes each as large as one likes.</summary>
internal static class PushBodies
{
    public static readonly string[] Senders = ["clusters", "falco", "firehose", "pubsub"];

    /// <summary>A body of one sender with these records, and whatever else is given as a record that nobody can take.</summary>
    public static byte[] Of(string sender, IEnumerable<string> ids, string? bad = null, int noise = 0) => Encoding.UTF8.GetBytes(sender switch
    {
        "clusters" => bad ?? $"{{\"kind\":\"EventList\",\"apiVersion\":\"audit.k8s.io/v1\",\"metadata\":{{}},\"items\":[{string.Join(',', ids.Select(id => Audited(id, noise)))}]}}",
        "falco" => string.Join('\n', ids.Select(id => Falco(id, noise)).Concat(bad is null ? [] : [bad])),
        "firehose" => $"{{\"requestId\":\"r\",\"timestamp\":1578090901599,\"records\":[{string.Join(',', ids.Select(id => CloudWatch(id, noise)).Concat(bad is null ? [] : [bad]).Select(r => $"{{\"data\":\"{Convert.ToBase64String(Gzip(r))}\"}}"))}]}}",
        _ => $"{{\"message\":{{\"data\":\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(bad ?? string.Join('\n', ids.Select(id => Google(id, noise)))))}\",\"messageId\":\"1\"}},\"subscription\":\"projects/p/subscriptions/s\"}}",
    });

    /// <summary>Where it is posted to, and with which header beside the body.</summary>
    public static HttpRequestMessage Request(string sender, string cluster, byte[] body, string? token)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/ingest/v1/{sender}/{cluster}{(sender == "pubsub" && token is not null ? "?token=" + token : "")}") { Content = new ByteArrayContent(body) };
        if (token is null) return request;
        if (sender is "falco" or "clusters") request.Headers.Authorization = new("Bearer", token);
        if (sender == "firehose") request.Headers.TryAddWithoutValidation("X-Amz-Firehose-Access-Key", token);
        return request;
    }

    static string Falco(string id, int noise) =>
        $$"""{"hostname":"node-1","output":"Notice","output_fields":{"proc.name":"nginx","proc.cmdline":"{{id}} {{Noise(id, noise)}}"},"priority":"Notice","rule":"A rule of ours","source":"syscall","tags":[],"time":"2026-11-25T01:02:03.000000001Z"}""";

    static string Audited(string id, int noise) => AuditLine.Of(id, resource: "pods", more: $",\"annotations\":{{\"noise\":\"{Noise(id, noise)}\"}}");

    static string CloudWatch(string id, int noise) =>
        "{\"messageType\":\"DATA_MESSAGE\",\"owner\":\"1\",\"logGroup\":\"/aws/eks/prod/cluster\",\"logStream\":\"kube-apiserver-audit-abc\",\"logEvents\":[{\"id\":\"3\",\"timestamp\":1736000000000,\"message\":"
        + JsonSerializer.Serialize(Audited(id, noise)) + "}]}";

    static string Google(string id, int noise) =>
        $$$"""{"protoPayload":{"authenticationInfo":{"principalEmail":"bob@example.com"},"methodName":"io.k8s.core.v1.pods.get","requestMetadata":{"callerIp":"1.2.3.4","callerSuppliedUserAgent":"{{{Noise(id, noise)}}}"},"resourceName":"core/v1/namespaces/prod/pods/db","serviceName":"k8s.io","status":{"code":0}},"timestamp":"2026-11-23T09:27:03.127266Z","operation":{"id":"{{{id}}}"}}""";

    // Text that does not pack well, so that what looks large is large on the disk.
    static string Noise(string id, int bytes)
    {
        var noise = new StringBuilder(bytes);
        for (var part = 0; noise.Length < bytes; part++) noise.Append(Convert.ToHexString(SHA512.HashData(Encoding.UTF8.GetBytes($"{id}-{part}"))));
        return noise.ToString();
    }

    static byte[] Gzip(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }
}
