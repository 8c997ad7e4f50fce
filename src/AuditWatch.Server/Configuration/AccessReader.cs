using System.Globalization;

namespace AuditWatch.Server.Configuration;

/// <summary>Understands the section <c>access</c>.</summary>
static class AccessReader
{
    public static AccessConfig Read(ConfigSection? s)
    {
        var defaults = new AccessConfig();
        if (s is null) return defaults;
        var access = new AccessConfig
        {
            RequestsPerSecond = Number(s, "requests_per_second", defaults.RequestsPerSecond),
            FailuresPerMinute = Number(s, "failures_per_minute", defaults.FailuresPerMinute),
            Oidc = s.Section("oidc") is { } oidc ? ReadOidc(oidc) : null,
        };
        s.Done();
        return access;
    }

    static OidcConfig ReadOidc(ConfigSection s)
    {
        var oidc = new OidcConfig(
            s.RequiredText("issuer"), s.Texts("audience"), s.Text("groups_claim") ?? "groups", s.Text("name_claim") ?? "sub", s.Text("ca_file"), [.. s.Sections("roles").Select(ReadRoles)]);
        if (oidc.Issuer.Length > 0 && !(Uri.TryCreate(oidc.Issuer, UriKind.Absolute, out var issuer) && (issuer.Scheme == "https" || (issuer.Scheme == "http" && ListenRules.IsLoopback(issuer)))))
            s.Fault("issuer", $"is '{oidc.Issuer}', but must be an https URL (http on this machine only): who could change its answers could make tokens.");
        if (oidc.Audiences.Count == 0) s.Fault("audience", "is missing: without it a token for any other program of the provider would do here.");
        if (oidc.Roles.Count == 0) s.Fault("roles", "is missing: nobody could do anything. Name groups and their roles.");
        if (oidc.CaFile is { } file && !File.Exists(file)) s.Fault("ca_file", $"names '{file}', which does not exist.");
        s.Done();
        return oidc;
    }

    static GroupRoles ReadRoles(ConfigSection s)
    {
        var roles = new GroupRoles(s.RequiredText("group"), s.Texts("roles"));
        var read = new List<Access.RoleBinding>();
        if (roles.Roles.Count == 0) s.Fault("roles", "is missing: at least one, such as viewer or analyst:prod.");
        foreach (var role in roles.Roles)
            if (Access.RoleBinding.TryParse(role, read) is { } fault) s.Fault("roles", $"cannot be read: {fault}");
        s.Done();
        return roles;
    }

    static int Number(ConfigSection s, string key, int fallback)
    {
        if (s.Text(key) is not { } text) return fallback;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 1_000_000) return number;
        s.Fault(key, $"is '{text}', but must be a whole number from 1 to 1000000.");
        return fallback;
    }
}
