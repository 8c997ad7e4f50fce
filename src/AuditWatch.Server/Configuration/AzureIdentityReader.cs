namespace AuditWatch.Server.Configuration;

/// <summary>Understands who a source is at Azure: <c>credential</c> and what belongs to it.</summary>
static class AzureIdentityReader
{
    static readonly string[] s_secrets = ["client_secret_file", "client_secret_env", "client_certificate_file"];

    /// <summary>The keys, put into the settings behind a prefix. <paramref name="unless"/>: why they must not be there; null: they may.</summary>
    public static void Read(ConfigSection s, Dictionary<string, string> settings, string prefix, string? unless)
    {
        var kind = s.OneOf("credential", "default", "default", "managed-identity", "workload-identity", "service-principal");
        var given = s.Text("credential") is null ? (string?)null : "credential";
        settings[prefix + "credential"] = kind;
        foreach (var key in (string[])["tenant_id", "client_id", .. s_secrets, "federated_token_file", "authority"])
        {
            if (s.Text(key) is not { } value) continue;
            settings[prefix + key] = value;
            given = key;
        }

        if (unless is not null)
        {
            if (given is not null) s.Fault(given, unless);
            return;
        }

        var secrets = s_secrets.Where(k => settings.ContainsKey(prefix + k)).ToList();
        if (secrets.Count > 1) s.Fault(secrets[1], $"and '{secrets[0]}' are both given; one of them is meant.");
        if (kind == "service-principal" && secrets.Count == 0) s.Fault("client_secret_file", "is missing (or client_secret_env, or client_certificate_file): a service principal proves itself with one of them.");
        if (kind != "service-principal" && secrets.Count > 0) s.Fault(secrets[0], "is for 'credential: service-principal' only.");
        if (kind != "workload-identity" && settings.ContainsKey(prefix + "federated_token_file")) s.Fault("federated_token_file", "is for 'credential: workload-identity' only.");
        if (settings.GetValueOrDefault(prefix + "authority") is { } authority && !(Uri.TryCreate(authority, UriKind.Absolute, out var place) && place.Scheme == "https"))
            s.Fault("authority", $"is '{authority}', but must be a URL such as https://login.microsoftonline.com.");
    }
}
