using AuditWatch.Detection.Alerts;

namespace AuditWatch.Detection.Counting;

/// <summary>What a window holds once: a request; in a temporal correlation a request under each rule that held on it.</summary>
readonly record struct CountedKey(RequestKey Request, string? Member);
