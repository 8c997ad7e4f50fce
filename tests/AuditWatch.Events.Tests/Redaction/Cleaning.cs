using System.Buffers;
using System.Text;
using AuditWatch.Events.Redaction;
using AuditWatch.Events.Scanning;
using Xunit;

namespace AuditWatch.Events.Tests.Redaction;

/// <summary>Cleans events as the way in does: scan, then redact.</summary>
internal static class Cleaning
{
    public static readonly byte[] Key = Enumerable.Range(0, 32).Select(static i => (byte)i).ToArray();

    public static readonly Redactor Redactor = new(Key, new RedactionOptions());

    /// <summary>The event's bytes after redaction; the same array when nothing was replaced.</summary>
    public static byte[] Clean(byte[] json, Redactor? redactor = null)
    {
        var ranges = new EventRanges();
        Assert.True(EventScanner.TryScan(json, ranges, out var error), $"{error}: {Encoding.UTF8.GetString(json)}");
        var output = new ArrayBufferWriter<byte>();
        if ((redactor ?? Redactor).TryClean(json, ranges, output)) return output.WrittenSpan.ToArray();
        Assert.Equal(0, output.WrittenCount);
        return json;
    }

    public static string Clean(string json, Redactor? redactor = null) => Encoding.UTF8.GetString(Clean(Encoding.UTF8.GetBytes(json), redactor));

    /// <summary>An event around a body.</summary>
    public static string Event(string resource, string body, string verb = "create", string part = "requestObject", string? subresource = null, string uri = "/api/v1/namespaces/prod/x", string agent = "kubectl/v1.36.3", string annotations = "{}") =>
        $$"""{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"RequestResponse","auditID":"1b5f2e0c-6c1e-4f6e-9d2a-0a8f6a6a7a11","stage":"ResponseComplete","requestURI":"{{uri}}","verb":"{{verb}}","user":{"username":"alice","groups":["system:authenticated"],"extra":{"authentication.kubernetes.io/credential-id":["X509SHA256=0f"]} },"sourceIPs":["10.0.0.1"],"userAgent":"{{agent}}","objectRef":{"resource":"{{resource}}","namespace":"prod","name":"db","apiVersion":"v1"{{(subresource is null ? "" : $",\"subresource\":\"{subresource}\"")}} },"responseStatus":{"metadata":{},"code":200},"{{part}}":{{body}},"requestReceivedTimestamp":"2026-11-23T05:50:23.228760Z","stageTimestamp":"2026-11-23T05:50:23.229621Z","annotations":{{annotations}} }""";
}
