namespace AuditWatch.Ingest.Pipeline;

/// <summary>How a webhook request ended.</summary>
public enum WebhookOutcome
{
    /// <summary>Everything of it is durable: answer 200.</summary>
    Accepted,
    /// <summary>Too much is unread or under way: answer 429 with Retry-After.</summary>
    Busy,
    /// <summary>The journal cannot be written (a full disk, most often): answer 503 with Retry-After.</summary>
    Unavailable,
    /// <summary>The body broke off; the client sends it again. No answer will reach it.</summary>
    Incomplete,
}
