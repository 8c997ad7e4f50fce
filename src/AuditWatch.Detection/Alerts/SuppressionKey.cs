namespace AuditWatch.Detection.Alerts;

/// <summary>What a finding shares with those that are told in the same alert, and for how long.</summary>
/// <param name="Key">The values of the fields that the rule suppresses by.</param>
/// <param name="ForMicros">How long, from the first finding.</param>
readonly record struct SuppressionKey(string Key, long ForMicros);
