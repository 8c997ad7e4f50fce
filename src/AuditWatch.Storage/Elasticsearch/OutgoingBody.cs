using Elastic.Transport;

namespace AuditWatch.Storage.Elasticsearch;

/// <summary>A request's body that stays ours: it is written as it is, never copied, and can be sent again.</summary>
internal sealed class OutgoingBody(ReadOnlyMemory<byte> bytes) : PostData
{
    public override void Write(Stream writableStream, ITransportConfiguration settings, bool disableDirectStreaming) => writableStream.Write(bytes.Span);

    public override Task WriteAsync(Stream writableStream, ITransportConfiguration settings, bool disableDirectStreaming, CancellationToken cancellationToken) =>
        writableStream.WriteAsync(bytes, cancellationToken).AsTask();
}
