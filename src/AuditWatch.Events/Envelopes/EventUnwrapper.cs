namespace AuditWatch.Events.Envelopes;

/// <summary>Takes one framed document apart into audit events: Event, EventList, arrays, and every known envelope, told by content.</summary>
public sealed class EventUnwrapper
{
    /// <summary>Unwraps one document; <paramref name="line"/> is where it begins in its input (1 for a webhook body).</summary>
    public void Unwrap(ReadOnlyMemory<byte> utf8, long line, IUnwrapSink sink) => throw new NotImplementedException();
}
