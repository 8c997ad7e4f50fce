namespace AuditWatch.Storage.State;

/// <summary>One message of a route: about one alert, or about a storm of them.</summary>
/// <param name="Id">The message; the same through all its attempts.</param>
/// <param name="Route">The route.</param>
/// <param name="Alerts">How many alerts it is about.</param>
/// <param name="CreatedMicros">When it was made, microseconds since 1970.</param>
/// <param name="DueMicros">When it is tried (again).</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="State">waiting, sent, parked.</param>
/// <param name="Error">What the last attempt met; null: nothing.</param>
/// <param name="DoneMicros">When it was sent or parked.</param>
public sealed record NotificationMessage(
    long Id, string Route, long Alerts, long CreatedMicros, long DueMicros, long Attempts, string State, string? Error, long? DoneMicros);
