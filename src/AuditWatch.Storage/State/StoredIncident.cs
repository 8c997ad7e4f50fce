using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AuditWatch.Detection.Incidents;

namespace AuditWatch.Storage.State;

/// <summary>An incident as it stands: what detection says, with what people joined and parted.</summary>
/// <param name="Incident">Its steps in order, with their reasons.</param>
/// <param name="Edits">What people did to it, in order.</param>
/// <param name="FirstChangeMicros">When it was first stored, microseconds since 1970.</param>
/// <param name="LastChangeMicros">When detection last changed it.</param>
public sealed record StoredIncident(Incident Incident, IReadOnlyList<IncidentEdit> Edits, long FirstChangeMicros, long LastChangeMicros)
{
    /// <summary>
    /// Which state of the incident this is: the number of its steps, its last edit, and what tells it from every other state. An incident is put together from what
    /// detection found and from what people did, so it has no number of its own; the parts say what came between two of its states.
    /// </summary>
    public string Version => string.Create(CultureInfo.InvariantCulture, $"{Incident.Steps.Count}.{LastEdit}.{Hash()}");

    long LastEdit => Edits.Count == 0 ? 0 : Edits.Max(e => e.Id);

    string Hash() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"{Incident.IncidentId}\n{string.Join(' ', Incident.Steps.Select(s => s.AlertId))}\n{string.Join(' ', Edits.Select(e => e.Id))}")))[..6]);
}
