using System.Text;
using System.Text.Json;
using ZstdSharp;

namespace AuditWatch.Testing;

/// <summary>Recorded audit events as AKS sends them through its diagnostic settings.</summary>
public static class AksRecords
{
    // Azure escapes a quote by a backslash, and not every other character besides.
    static readonly JsonWriterOptions Options = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The lines of a recording's log file.</summary>
    public static List<string> Lines(string run)
    {
        using var text = new StreamReader(new DecompressionStream(File.OpenRead(Path.Combine(Kit.Recordings!, run, "audit.log.zst"))), Encoding.UTF8);
        var lines = new List<string>();
        while (text.ReadLine() is { } line) lines.Add(line);
        return lines;
    }

    /// <summary>A message body with several records, each event as text in <c>properties.log</c>.</summary>
    public static byte[] Body(params IEnumerable<string> events)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body, Options))
        {
            json.WriteStartObject();
            json.WriteStartArray("records");
            foreach (var line in events)
            {
                json.WriteStartObject();
                json.WriteString("category", "kube-audit");
                json.WriteString("operationName", "Microsoft.ContainerService/managedClusters/diagnosticLogs/Read");
                json.WriteStartObject("properties");
                json.WriteString("log", line);
                json.WriteString("stream", "stdout");
                json.WriteString("pod", "kube-apiserver-869d7bb754-kkg69");
                json.WriteEndObject();
                json.WriteString("resourceId", "/SUBSCRIPTIONS/0/RESOURCEGROUPS/TEST/PROVIDERS/MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/TEST");
                json.WriteString("time", "2026-11-25T00:59:00.0000000Z");
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return body.ToArray();
    }
}
