using System.Text;
using AuditWatch.Events.Envelopes;

namespace AuditWatch.Events.Tests.Envelopes;

/// <summary>Keeps what an unwrapper found.</summary>
sealed class CollectingSink : IUnwrapSink
{
    public List<(string Json, EventOrigin Origin)> Events { get; } = [];

    public List<(string Reason, string Detail, long Line, long Offset, string Text)> Bad { get; } = [];

    public List<string> Dropped { get; } = [];

    public void OnEvent(ReadOnlyMemory<byte> utf8, in EventOrigin origin) => Events.Add((Encoding.UTF8.GetString(utf8.Span), origin));

    public void OnBad(in BadRecord bad) => Bad.Add((bad.Reason, bad.Detail, bad.Line, bad.Offset, Encoding.UTF8.GetString(bad.Utf8.Span)));

    public void OnDropped(string category) => Dropped.Add(category);

    public static CollectingSink Of(string document, long line = 1)
    {
        var sink = new CollectingSink();
        new EventUnwrapper().Unwrap(Encoding.UTF8.GetBytes(document), line, sink);
        return sink;
    }
}
