namespace AuditWatch.Detection.Coverage;

/// <summary>One cell of the matrix.</summary>
/// <param name="Tactic"><c>credential-access</c></param>
/// <param name="Technique"><c>T1552.007</c></param>
/// <param name="Alerting">Rules and chains that raise alerts, by name.</param>
/// <param name="Building">Rules that only make sightings for chains.</param>
public sealed record TechniqueCoverage(string Tactic, string Technique, IReadOnlyList<string> Alerting, IReadOnlyList<string> Building);
