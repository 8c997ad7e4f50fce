using System.Text.Json;
using System.Text.Json.Nodes;
using AuditWatch.Server.Bus;

namespace AuditWatch.Server.Notifications;

/// <summary>Slack, Microsoft Teams, PagerDuty and the signed webhook: one POST each, told apart by the body. Alert text only ever stands where no markup is read.</summary>
/// <param name="clients">Connections.</param>
/// <param name="clock">The time that a signature carries.</param>
/// <param name="topic">The topic that the journal is, by which the webhook names places; null: segments.</param>
sealed class HttpChannel(IHttpClientFactory clients, TimeProvider clock, string? topic) : IChannel
{
    public const string Client = "notify-route";
    const string PagerDuty = "https://events.pagerduty.com/v2/enqueue";

    public async Task SendAsync(OutgoingMessage message, CancellationToken stop)
    {
        using var request = await RequestAsync(message, stop);
        using var client = clients.CreateClient(Client);
        using var response = await client.SendAsync(request, stop);
        if (response.IsSuccessStatusCode) return;
        var status = (int)response.StatusCode;
        var said = $"answered {status}: {PlainText.Of(await response.Content.ReadAsStringAsync(stop), 200)}";
        // Too many, too slow, and whatever is the server's own fault may pass; the rest is about the message or the credential.
        throw status is 408 or 425 or 429 or >= 500 ? new HttpRequestException(said) : new ChannelRefusedException(said);
    }

    async Task<HttpRequestMessage> RequestAsync(OutgoingMessage message, CancellationToken stop)
    {
        var settings = message.Route.Settings;
        var url = new Uri(settings.GetValueOrDefault("url") ?? (settings.TryGetValue("url_file", out var file) ? await SecretAsync(file, stop) : PagerDuty));
        if (message.Route.Type == "webhook")
            return StandardWebhook.Sign(url, message.Key, clock.GetUtcNow(), JsonSerializer.SerializeToUtf8Bytes(Webhook(message)), StandardWebhook.KeyOf(await SecretAsync(settings["secret_file"], stop)));
        var body = message.Route.Type switch
        {
            "slack" => Slack(message),
            "teams" => Teams(message),
            _ => PagerDutyEvent(message, await SecretAsync(settings["key_file"], stop)),
        };
        return new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body)) { Headers = { ContentType = new("application/json") } },
        };
    }

    static async Task<string> SecretAsync(string file, CancellationToken stop) => (await File.ReadAllTextAsync(file, stop)).Trim();

    JsonObject Webhook(OutgoingMessage message) => new()
    {
        ["type"] = "auditwatch.alerts",
        ["route"] = message.Route.Name,
        ["count"] = message.Total,
        ["alerts"] = new JsonArray([.. message.Alerts.Select(a => JsonNode.Parse(AlertRows.Of(a, topic)))]),
    };

    // plain_text is shown as it is; the fallback is the one place where Slack reads <…>, so its three characters are escaped as Slack asks.
    static JsonObject Slack(OutgoingMessage message) => new()
    {
        ["text"] = message.Title.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal),
        ["mrkdwn"] = false, ["parse"] = "none", ["link_names"] = false, ["unfurl_links"] = false, ["unfurl_media"] = false,
        ["blocks"] = new JsonArray(
        [
            new JsonObject { ["type"] = "header", ["text"] = Plain(message.Title) },
            .. message.Lines.Select(line => new JsonObject { ["type"] = "section", ["text"] = Plain(line) }),
        ]),
    };

    static JsonObject Plain(string text) => new() { ["type"] = "plain_text", ["text"] = text, ["emoji"] = false };

    // A TextRun knows no Markdown, and a mention needs an entity that is not here.
    static JsonObject Teams(OutgoingMessage message) => new()
    {
        ["type"] = "message",
        ["attachments"] = new JsonArray(new JsonObject
        {
            ["contentType"] = "application/vnd.microsoft.card.adaptive",
            ["content"] = new JsonObject
            {
                ["$schema"] = "http://adaptivecards.io/schemas/adaptive-card.json", ["type"] = "AdaptiveCard", ["version"] = "1.4",
                ["body"] = new JsonArray([Runs(message.Title, "Bolder"), .. message.Lines.Select(line => Runs(line, "Default"))]),
            },
        }),
    };

    static JsonObject Runs(string text, string weight) => new()
    {
        ["type"] = "RichTextBlock", ["inlines"] = new JsonArray(new JsonObject { ["type"] = "TextRun", ["text"] = text, ["weight"] = weight }),
    };

    static JsonObject PagerDutyEvent(OutgoingMessage message, string key) => new()
    {
        ["routing_key"] = key,
        ["event_action"] = "trigger",
        ["dedup_key"] = message.Total == 1 ? message.First.Alert.AlertId : message.Key,
        ["payload"] = new JsonObject
        {
            ["summary"] = message.Title,
            ["source"] = PlainText.Of(message.First.Alert.Cluster, 200),
            ["severity"] = message.First.Alert.Level switch { "critical" => "critical", "high" => "error", "medium" => "warning", _ => "info" },
            ["component"] = "kube-apiserver",
            ["class"] = PlainText.Of(message.First.Alert.Rule.Name, 200),
            ["custom_details"] = new JsonObject
            {
                ["count"] = message.Total, ["alerts"] = new JsonArray([.. message.Lines.Select(line => (JsonNode)line)]), ["alert_id"] = message.First.Alert.AlertId,
            },
        },
    };
}
