using AuditWatch.Ingest.Pipeline;
using AuditWatch.Ingest.Sources.Falco;

namespace AuditWatch.Server.Hosting;

/// <summary>The ways in: the pipeline, who posts to it over HTTP, and whether they are to wait.</summary>
sealed class Receivers(IngestPipeline pipeline, TimeProvider clock, IngestOptions options, Func<bool> isHigh)
{
    public IngestPipeline Pipeline => pipeline;

    public Func<bool> IsHigh => isHigh;

    public WebhookReceiver Webhook { get; } = new(pipeline, clock, options, isHigh);

    public WebhookReceiver Firehose { get; } = new(pipeline, clock, options, isHigh, "firehose");

    public WebhookReceiver PubSub { get; } = new(pipeline, clock, options, isHigh, "pubsub");

    public FalcoReceiver Falco { get; } = new(pipeline, isHigh);
}
