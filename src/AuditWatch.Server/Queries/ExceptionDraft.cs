using System.Globalization;
using System.Text;
using AuditWatch.Detection.Alerts;
using AuditWatch.Server.Notifications;

namespace AuditWatch.Server.Queries;

/// <summary>Writes a Sigma filter that says: this rule, on exactly such a request, is expected here. Alert text is quoted, so it is a value and never YAML or a wildcard.</summary>
static class ExceptionDraft
{
    static readonly string[] Usual = ["user", "verb", "resource", "namespace"];

    public static string Write(Alert alert, string id, ExceptionBody body, DateOnly today)
    {
        if (alert.GroupBy is not null) throw new QueryFault("The alert tells of several requests together; write its exception by hand, for the rules of its steps.");
        var owner = Needed(body.Owner, "owner");
        var reason = Needed(body.Reason, "reason");
        if (!DateOnly.TryParseExact(Needed(body.Expires, "expires"), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var expires) || expires <= today)
            throw new QueryFault($"'expires' is '{body.Expires}', but must be a day to come (YYYY-MM-DD), or a duration such as 30d: an exception without an end is never looked at again.");
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"title: {Quoted($"{alert.Rule.Title}, expected: {reason}")}\nid: {id}\nstatus: stable\ndate: {today:yyyy-MM-dd}\n");
        text.Append(CultureInfo.InvariantCulture, $"logsource: {{product: kubernetes, service: audit}}\nfilter:\n  rules: [{Quoted(alert.Rule.Id)}]\n  known:\n");
        var any = false;
        foreach (var field in (body.Fields is { Count: > 0 } asked ? asked : Usual).Distinct(StringComparer.Ordinal))
        {
            if (Field(alert, field) is not (var path, { Length: > 0 } value)) continue;
            if (value.Any(char.IsControl) || value.Any(char.IsSurrogate)) throw new QueryFault($"The alert's {field} holds characters that an exception cannot say; leave that field out.");
            text.Append(CultureInfo.InvariantCulture, $"    {path}: {Quoted(Literal(value))}\n");
            any = true;
        }
        if (!any) throw new QueryFault("Nothing of the alert is left to tell the expected from the rest; name other fields.");
        text.Append(CultureInfo.InvariantCulture, $"  condition: not known\nauditwatch:\n  owner: {Quoted(owner)}\n  reason: {Quoted(reason)}\n  expires: {expires:yyyy-MM-dd}\n");
        return text.ToString();
    }

    static (string Path, string? Value) Field(Alert alert, string field) => field switch
    {
        "user" => ("user.username", alert.Actor.User),
        "verb" => ("verb", alert.Verb),
        "resource" => ("objectRef.resource", alert.Object?.Resource),
        "subresource" => ("objectRef.subresource", alert.Object?.Subresource),
        "namespace" => ("objectRef.namespace", alert.Object?.Namespace),
        "name" => ("objectRef.name", alert.Object?.Name),
        "ip" => ("aw.client_ip", alert.Actor.ClientIp),
        "agent" => ("userAgent", alert.Actor.UserAgent),
        _ => throw new QueryFault($"There is no field '{field}'; there are user, verb, resource, subresource, namespace, name, ip, agent."),
    };

    static string Needed(string? text, string name) => text is { Length: > 0 and <= 500 } ? PlainText.Of(text, 501) : throw new QueryFault($"'{name}' is missing, or longer than 500 characters.");

    // In Sigma a star, a question mark and the backslash before them mean something.
    static string Literal(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal).Replace("?", "\\?", StringComparison.Ordinal);

    static string Quoted(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";
}
