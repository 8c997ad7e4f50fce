using AuditWatch.Events;

namespace AuditWatch.Detection.Rules;

/// <summary>
/// An exception that people made while detection ran, and the part of the journal that it holds for: a place, not a time, so that judging the same events again hides the same alerts.
/// </summary>
/// <param name="Id">The document's id.</param>
/// <param name="Document">The Sigma filter.</param>
/// <param name="After">It holds for records after this one.</param>
/// <param name="Until">The last record that it holds for; null: it has not been ended.</param>
public sealed record ExceptionTerm(string Id, string Document, EventPosition After, EventPosition? Until);
