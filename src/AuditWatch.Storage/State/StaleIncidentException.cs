namespace AuditWatch.Storage.State;

/// <summary>The incident is not as the caller saw it; nothing was changed.</summary>
/// <param name="now">As it stands.</param>
public sealed class StaleIncidentException(StoredIncident now) : Exception($"The incident is at version {now.Version} by now.")
{
    /// <summary>As it stands.</summary>
    public StoredIncident Now { get; } = now;
}
