using System.Text;
using System.Text.Json;
using AuditWatch.Events.Ecs;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Model;
using Xunit;

namespace AuditWatch.Events.Tests.Ecs;

/// <summary>Documents of events, and the leaves they have.</summary>
static class Documents
{
    public static string Text(string json, out IReadOnlyList<string> dropped)
    {
        var audit = new AuditEvent(new SymbolTable());
        Assert.True(audit.TryRead(Encoding.UTF8.GetBytes(json), new EventOrigin(1, 0, EnvelopeShape.Event, false), new ClusterFacts { Name = "prod-eu" }, 1, out var error), error.ToString());
        return Text(audit, out dropped);
    }

    public static string Text(AuditEvent audit, out IReadOnlyList<string> dropped)
    {
        var document = new EcsDocument("prod");
        var output = new Utf8Output();
        document.Write(output, audit, new EventId(255), new EventPosition(3, 4, 5), 1_767_096_000_000_000, 1_767_096_000_000_001);
        dropped = [.. document.Dropped];
        var text = Encoding.UTF8.GetString(output.Written.Span);
        Assert.DoesNotContain('\n', text);
        return text;
    }

    public static JsonElement Of(string json, out IReadOnlyList<string> dropped) => JsonDocument.Parse(Text(json, out dropped), new JsonDocumentOptions { MaxDepth = 512 }).RootElement;

    public static JsonElement? At(this JsonElement element, string path)
    {
        foreach (var part in path.Split('>'))
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(part, out element)) return null;
        return element;
    }

    public static IEnumerable<string> Leaves(JsonElement element, string prefix = "") => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p => Leaves(p.Value, prefix.Length == 0 ? p.Name : prefix + "." + p.Name)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(i => Leaves(i, prefix)),
        JsonValueKind.Null => [],
        _ => [prefix],
    };
}
