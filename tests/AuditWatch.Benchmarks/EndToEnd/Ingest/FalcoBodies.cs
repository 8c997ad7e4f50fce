using System.Globalization;
using System.Text;

namespace AuditWatch.Benchmarks.EndToEnd.Ingest;

/// <summary>Posts of fifty Falco alerts, one a line, as falcosidekick's batches; each alert is another one.</summary>
internal sealed class FalcoBodies : IBodies
{
    readonly byte[] _body;
    readonly List<int> _marks = [];

    public FalcoBodies()
    {
        var body = new StringBuilder();
        for (var alert = 0; alert < Events; alert++)
        {
            var mark = body.Length;
            body.Append(CultureInfo.InvariantCulture, $$"""{"hostname":"node-{{alert % 7}}","output":"01:02:03.456789012: Notice A shell was spawned in a container with an attached terminal (evt_type=execve user=root user_uid=0 process=bash proc_exepath=/usr/bin/bash parent=runc command=bash terminal=34816 container_id=3ad7b26ded6d)","output_fields":{"container.id":"3ad7b26ded6d","container.name":"web","evt.time":1764032523456789012,"evt.type":"execve","k8s.ns.name":"prod","k8s.pod.name":"web-{{alert}}","proc.cmdline":"bash -c xxxxxxxxxxxxxxxx","proc.exepath":"/usr/bin/bash","proc.name":"bash","proc.pname":"runc","proc.tty":34816,"user.name":"root","user.uid":0},"priority":"Notice","rule":"Terminal shell in container","source":"syscall","tags":["T1059","container","maturity_stable","mitre_execution","shell"],"time":"2026-11-25T01:02:03.456789012Z"}""").Append('\n');
            _marks.Add(body.ToString(mark, body.Length - mark).IndexOf("xxxxxxxxxxxxxxxx", StringComparison.Ordinal) + mark);
        }
        _body = Encoding.ASCII.GetBytes(body.ToString());
    }

    public int Events => 50;

    public byte[] Take(long n)
    {
        var copy = _body.AsSpan().ToArray();
        var mark = Encoding.ASCII.GetBytes(n.ToString("x16", CultureInfo.InvariantCulture));
        foreach (var at in _marks) mark.CopyTo(copy, at);
        return copy;
    }
}
