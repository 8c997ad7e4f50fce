using AuditWatch.Sigma.Compilation;

namespace AuditWatch.Detection.Rules;

/// <summary>A site's exception, compiled: what it covers, on whose word, and until when.</summary>
/// <param name="Id">The document's id.</param>
/// <param name="Title">Its title.</param>
/// <param name="Owner">Who answers for it.</param>
/// <param name="Reason">Why.</param>
/// <param name="ExpiresMicros">Event time from which on it no longer holds.</param>
/// <param name="Passes">The filter's condition: false on the events it covers.</param>
sealed record SiteExceptionRule(string Id, string Title, string Owner, string Reason, long ExpiresMicros, CompiledRule Passes);
