namespace AuditWatch.Server.Configuration;

/// <summary>Understands <c>roles:</c>, and says what processes that do not do everything need to find each other.</summary>
static class RolesReader
{
    static readonly (string Name, ServeRoles Role)[] s_roles =
        [("ingest", ServeRoles.Ingest), ("detect", ServeRoles.Detect), ("index", ServeRoles.Index), ("api", ServeRoles.Api), ("notify", ServeRoles.Notify)];

    public static ServeRoles Read(ConfigSection top)
    {
        var roles = ServeRoles.None;
        foreach (var name in top.Texts("roles"))
        {
            if (s_roles.FirstOrDefault(r => r.Name == name) is { Name: not null } known) roles |= known.Role;
            else
            {
                var near = Suggestion.Near(name, s_roles.Select(r => r.Name));
                top.Fault("roles", $"names '{name}', but there are {string.Join(", ", s_roles.Select(r => r.Name))}.{(near is null ? "" : $" Did you mean '{near}'?")}");
            }
        }
        return roles == ServeRoles.None ? ServeRoles.All : roles;
    }

    public static string NamesOf(ServeRoles roles) => string.Join(",", s_roles.Where(r => roles.HasFlag(r.Role)).Select(r => r.Name));

    /// <summary>What a process with these roles lacks to start: each with what to set.</summary>
    public static IEnumerable<string> Missing(AuditWatchConfig config)
    {
        if (config.Roles != ServeRoles.All)
        {
            var names = NamesOf(config.Roles);
            if (config.Journal.Kafka is null) yield return $"'roles' is {names}, but the journal is this process's own folder. Processes apart need one that all of them reach: set 'journal.kafka'.";
            if (config.State.Postgres is null) yield return $"'roles' is {names}, but the state is a file of this process. Processes apart need one that all of them reach: set 'state.postgres'.";
            if (config.Bus.RabbitMq is null) yield return $"'roles' is {names}, but alerts travel inside this process. Processes apart need a bus: set 'bus.rabbitmq'.";
        }
        else if (config.Journal.Kafka is not null && config.State.Postgres is null)
            yield return "The journal is on Kafka, which several processes may share, so the state must be where all of them reach it: set 'state.postgres'.";
        if (config.Journal.Kafka is not null && config.Elasticsearch is null)
            yield return "The journal is on Kafka, but there is no 'elasticsearch' section: the embedded index is a file of one process over a journal of its own, so nothing could be searched.";
    }
}
