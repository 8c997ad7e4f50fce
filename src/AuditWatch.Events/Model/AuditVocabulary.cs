namespace AuditWatch.Events.Model;

/// <summary>How much of a request was recorded.</summary>
public enum AuditLevel : byte
{
    /// <summary>Not said, or a word we do not know.</summary>
    Unknown,
    /// <summary>Metadata</summary>
    Metadata,
    /// <summary>Request</summary>
    Request,
    /// <summary>RequestResponse</summary>
    RequestResponse,
}

/// <summary>The point of a request's life an event was written at.</summary>
public enum AuditStage : byte
{
    /// <summary>Not said, or a word we do not know.</summary>
    Unknown,
    /// <summary>RequestReceived</summary>
    RequestReceived,
    /// <summary>ResponseStarted</summary>
    ResponseStarted,
    /// <summary>ResponseComplete</summary>
    ResponseComplete,
    /// <summary>Panic</summary>
    Panic,
}

/// <summary>How a request ended, from its status code.</summary>
public enum Outcome : byte
{
    /// <summary>No code seen.</summary>
    Unknown,
    /// <summary>Code below 400, or 101.</summary>
    Success,
    /// <summary>401, 403, or decision forbid.</summary>
    Denied,
    /// <summary>Other codes.</summary>
    Failure,
}

/// <summary>Where an event's time was taken from.</summary>
public enum TimeSource : byte
{
    /// <summary>stageTimestamp</summary>
    Stage,
    /// <summary>requestReceivedTimestamp</summary>
    RequestReceived,
    /// <summary>The envelope's time.</summary>
    Envelope,
    /// <summary>When we received it.</summary>
    Receipt,
}
