using AuditWatch.Server.Configuration;

namespace AuditWatch.Server.Notifications;

/// <summary>Understands one entry of <c>notify.routes</c>. Each type has its own keys; what it needs and lacks is said at the start, not at the first alert.</summary>
static class RouteReader
{
    static readonly string[] Levels = ["informational", "low", "medium", "high", "critical"];

    public static RouteConfig Read(ConfigSection s)
    {
        var settings = new Dictionary<string, string>();
        var type = s.OneOf("type", "", "slack", "teams", "pagerduty", "email", "webhook", "syslog");
        if (type.Length == 0) _ = s.RequiredText("type");
        var route = new RouteConfig
        {
            Name = s.RequiredText("name"), Type = type, MinLevel = s.OneOf("min_level", "high", Levels), Clusters = s.Texts("clusters"), Namespaces = s.Texts("namespaces"),
            Tactics = s.Texts("tactics"), Every = s.Duration("every", TimeSpan.FromMinutes(1)), Line = s.Text("line") ?? MessageTemplate.Default, Settings = settings,
        };
        if (MessageTemplate.Fault(route.Line) is { } fault) s.Fault("line", fault);
        switch (type)
        {
            case "slack" or "teams":
                Take(s, settings, "url_file");
                Need(s, settings, "url_file", "the file with the incoming webhook's URL, which is a secret");
                break;
            case "pagerduty":
                Take(s, settings, "key_file", "url");
                Need(s, settings, "key_file", "the file with the integration's routing key");
                break;
            case "webhook":
                Take(s, settings, "url", "url_file", "secret_file");
                if (!settings.ContainsKey("url") && !settings.ContainsKey("url_file")) Need(s, settings, "url", "where to post");
                Need(s, settings, "secret_file", "the file with the signing secret: alerts are only sent signed");
                break;
            case "email":
                Take(s, settings, "host", "port", "username", "password_file", "from");
                settings["tls"] = s.OneOf("tls", "starttls", "starttls", "tls", "none");
                settings["to"] = string.Join('\n', s.Texts("to"));
                Need(s, settings, "host", "the mail server");
                Need(s, settings, "from", "the sender's address");
                if (settings["to"].Length == 0) s.Fault("to", "is missing: name at least one address.");
                foreach (var address in settings["to"].Split('\n', StringSplitOptions.RemoveEmptyEntries).Append(settings.GetValueOrDefault("from", "a@b")))
                    if (!MimeKit.MailboxAddress.TryParse(address, out _)) s.Fault("to", $"holds '{address}', which is no mail address.");
                break;
            case "syslog":
                Take(s, settings, "host", "port");
                settings["protocol"] = s.OneOf("protocol", "udp", "udp", "tcp");
                Need(s, settings, "host", "the syslog server");
                break;
        }
        foreach (var (key, file) in settings.Where(x => x.Key.EndsWith("_file", StringComparison.Ordinal) && !File.Exists(x.Value))) s.Fault(key, $"names '{file}', which does not exist.");
        if (settings.GetValueOrDefault("port") is { } port && !(ushort.TryParse(port, out var number) && number > 0)) s.Fault("port", $"is '{port}', but must be a port.");
        if (settings.GetValueOrDefault("url") is { } url && !(Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https")) s.Fault("url", $"is '{url}', but must be an http or https URL.");
        s.Done();
        return route;
    }

    static void Take(ConfigSection s, Dictionary<string, string> settings, params string[] keys)
    {
        foreach (var key in keys)
            if (s.Text(key) is { } value) settings[key] = value;
    }

    static void Need(ConfigSection s, Dictionary<string, string> settings, string key, string what)
    {
        if (!settings.ContainsKey(key)) s.Fault(key, $"is missing: {what}.");
    }
}
