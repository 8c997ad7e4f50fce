using System.Text;
using ZstdSharp;

namespace AuditWatch.Tests.Running;

/// <summary>The shipped recording, as lines and as webhook bodies.</summary>
internal static class Recorded
{
    public static List<byte[]> Lines()
    {
        using var file = File.OpenRead(AuditWatchCommand.Recording);
        using var unpacked = new DecompressionStream(file);
        using var text = new StreamReader(unpacked, Encoding.UTF8);
        var lines = new List<byte[]>();
        while (text.ReadLine() is { } line) lines.Add(Encoding.UTF8.GetBytes(line));
        return lines;
    }

    /// <summary>EventLists of so many events each.</summary>
    public static List<byte[]> Bodies(int eventsEach) => [.. Lines().Chunk(eventsEach).Select(Body)];

    public static byte[] Body(IEnumerable<byte[]> events)
    {
        using var body = new MemoryStream();
        body.Write("""{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":["""u8);
        var first = true;
        foreach (var item in events)
        {
            if (!first) body.WriteByte((byte)',');
            body.Write(item);
            first = false;
        }
        body.Write("]}"u8);
        return body.ToArray();
    }
}
