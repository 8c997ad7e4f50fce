namespace AuditWatch.Ingest.Pipeline;

/// <summary>How a webhook request ended, and what it held.</summary>
/// <param name="Outcome">What to answer.</param>
/// <param name="Ingested">What became of its items; only when accepted.</param>
/// <param name="RetryAfter">When to come back; zero when accepted.</param>
/// <param name="Problem">A sentence for the log; empty when accepted.</param>
public readonly record struct WebhookResult(WebhookOutcome Outcome, IngestResult Ingested, TimeSpan RetryAfter, string Problem);
