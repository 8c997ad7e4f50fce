namespace AuditWatch.Storage.State;

/// <summary>An alert's change that a consumer could not deal with, again and again, and that is not tried any more.</summary>
/// <param name="Entry">The outbox entry.</param>
/// <param name="Consumer">The consumer.</param>
/// <param name="AlertId">The alert.</param>
/// <param name="Version">The alert's version then.</param>
/// <param name="Failures">How often it failed.</param>
/// <param name="Reason">What it said last.</param>
/// <param name="FirstMicros">When it failed first.</param>
/// <param name="ParkedMicros">When it was given up.</param>
public sealed record ParkedChange(long Entry, string Consumer, string AlertId, long Version, long Failures, string Reason, long FirstMicros, long ParkedMicros);
