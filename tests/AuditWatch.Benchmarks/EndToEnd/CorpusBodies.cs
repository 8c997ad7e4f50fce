using System.Globalization;
using System.Text;

namespace AuditWatch.Benchmarks.EndToEnd;

/// <summary>Webhook bodies of 400 events cut from a generated corpus; each round gives every event another audit id, so that none is a repeat.</summary>
internal sealed class CorpusBodies : IBodies
{
    const int EventsPerBody = 400;
    readonly List<byte[]> _bodies = [];
    readonly List<int[]> _ids = [];

    public CorpusBodies(string corpus, int bodies)
    {
        var head = """{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":["""u8.ToArray();
        var body = new MemoryStream();
        var events = 0;
        foreach (var line in File.ReadLines(corpus))
        {
            if (events == 0) body.Write(head);
            else body.WriteByte((byte)',');
            body.Write(Encoding.UTF8.GetBytes(line));
            if (++events < EventsPerBody) continue;
            body.Write("]}"u8);
            _bodies.Add(body.ToArray());
            _ids.Add(FindIds(_bodies[^1]));
            body.SetLength(0);
            events = 0;
            if (_bodies.Count == bodies) break;
        }
    }

    public int Events => EventsPerBody;

    /// <summary>The n-th body of an endless supply.</summary>
    public byte[] Take(long n)
    {
        var index = (int)(n % _bodies.Count);
        var copy = _bodies[index].AsSpan().ToArray();
        var mark = Encoding.ASCII.GetBytes((n / _bodies.Count).ToString("x8", CultureInfo.InvariantCulture));
        foreach (var at in _ids[index]) mark.CopyTo(copy, at);
        return copy;
    }

    static int[] FindIds(byte[] body)
    {
        var key = "\"auditID\":\""u8;
        var found = new List<int>();
        for (var at = 0; ;)
        {
            var next = body.AsSpan(at).IndexOf(key);
            if (next < 0) return [.. found];
            at += next + key.Length;
            found.Add(at);
        }
    }
}
