using AuditWatch.Detection.Incidents;

namespace AuditWatch.Storage.State;

/// <summary>An incident as it stands: what detection says, with what people joined and parted.</summary>
/// <param name="Incident">Its steps in order, with their reasons.</param>
/// <param name="Edits">What people did to it, in order.</param>
/// <param name="FirstChangeMicros">When it was first stored, microseconds since 1970.</param>
/// <param name="LastChangeMicros">When detection last changed it.</param>
public sealed record StoredIncident(Incident Incident, IReadOnlyList<IncidentEdit> Edits, long FirstChangeMicros, long LastChangeMicros);
