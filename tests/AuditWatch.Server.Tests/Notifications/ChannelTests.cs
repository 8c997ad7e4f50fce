using Xunit;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MimeKit;

namespace AuditWatch.Server.Tests.Notifications;

/// <summary>Each channel, said to a real receiver: it arrives, and no alert text becomes markup, a mention, a header or a second message.</summary>
public sealed class ChannelTests
{
    const string Hostile = "<!channel> <@U1> @here *b* [x](http://e) <at>all</at> |=\\ \r\nBcc: e@evil\r\n.\r\nRCPT \u202egnp\u0000\u2028<1>1 CEF:0|x";
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    static async Task<JsonElement> PostedAsync(string type, HttpReceiver receiver, params (string, string)[] settings)
    {
        await using var desk = await Desk.OpenAsync(Desk.Route(type, settings));
        await desk.RaiseAsync(Desk.Alert(1, Hostile));
        await desk.StepAsync();
        Assert.Equal($"{type}:sent:1", await desk.StandAsync());
        return JsonDocument.Parse(Assert.Single(receiver.Posts).Body).RootElement;
    }

    static void Harmless(string text)
    {
        Assert.DoesNotContain(text, c => char.IsControl(c) || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator);
    }

    [Fact]
    public async Task Slack_gets_alert_text_as_plain_text_only()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        var body = await PostedAsync("slack", receiver, ("url_file", Desk.Secret(receiver.Url)));

        Assert.DoesNotContain('<', body.GetProperty("text").GetString()!);
        var texts = body.GetProperty("blocks").EnumerateArray().Select(b => b.GetProperty("text")).ToList();
        Assert.All(texts, t => Assert.Equal("plain_text", t.GetProperty("type").GetString()));
        Assert.Contains("<!channel> <@U1> @here *b*", texts[1].GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.All(texts, t => Harmless(t.GetProperty("text").GetString()!));
    }

    [Fact]
    public async Task Teams_gets_text_runs_and_no_mention()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        var body = await PostedAsync("teams", receiver, ("url_file", Desk.Secret(receiver.Url)));

        var content = body.GetProperty("attachments")[0].GetProperty("content");
        Assert.False(content.TryGetProperty("msteams", out _));
        Assert.All(content.GetProperty("body").EnumerateArray(), block => Assert.Equal("RichTextBlock", block.GetProperty("type").GetString()));
        Assert.Contains("[x](http://e)", content.GetProperty("body")[1].GetProperty("inlines")[0].GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PagerDuty_gets_one_event_that_repeats_join()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        var body = await PostedAsync("pagerduty", receiver, ("url", receiver.Url), ("key_file", Desk.Secret("routing-key")));

        Assert.Equal(("routing-key", "trigger", Desk.Alert(1).AlertId), (body.GetProperty("routing_key").GetString(), body.GetProperty("event_action").GetString(), body.GetProperty("dedup_key").GetString()));
        Assert.Equal("error", body.GetProperty("payload").GetProperty("severity").GetString());
        Assert.All(body.GetProperty("payload").GetProperty("custom_details").GetProperty("alerts").EnumerateArray(), line => Harmless(line.GetString()!));
    }

    [Fact]
    public async Task The_webhook_is_signed_over_exactly_what_it_carries()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        var body = await PostedAsync("webhook", receiver, ("url", receiver.Url), ("secret_file", Desk.Secret("whsec_" + Convert.ToBase64String("a key"u8))));

        Assert.Equal(Hostile, body.GetProperty("alerts")[0].GetProperty("sentence").GetString()?.Replace("\ufffd", "", StringComparison.Ordinal));
        var (headers, text) = Assert.Single(receiver.Posts);
        var signed = HMACSHA256.HashData("a key"u8.ToArray(), Encoding.UTF8.GetBytes($"{headers["webhook-id"]}.{headers["webhook-timestamp"]}.{text}"));
        Assert.Equal("v1," + Convert.ToBase64String(signed), headers["webhook-signature"]);
    }

    [Theory]
    [InlineData(null, """[{"segment":0,"frame":1,"index":7}]""")]
    [InlineData("audit", """[{"topic":"audit","partition":0,"offset":1,"index":7}]""")]
    public async Task The_webhook_carries_alerts_as_the_API_shows_them_with_the_places_of_the_journal_that_there_is(string? topic, string evidence)
    {
        await using var receiver = await HttpReceiver.StartAsync();
        await using var desk = await Desk.OnTopicAsync(topic, Desk.Route("webhook", ("url", receiver.Url), ("secret_file", Desk.Secret("a key"))));
        await desk.RaiseAsync(Desk.Alert(7));
        await desk.StepAsync();

        var told = JsonElement.Parse(Assert.Single(receiver.Posts).Body).GetProperty("alerts")[0];
        Assert.Equal(evidence, told.GetProperty("evidence").GetRawText());
        var shown = Server.Bus.AlertRows.Of((await desk.State.FindAlertAsync(Desk.Alert(7).AlertId, Stop))!, topic);
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(shown), told));
    }

    [Fact]
    public async Task A_mail_has_the_headers_we_gave_it_and_no_other()
    {
        using var receiver = new SmtpReceiver();
        await using var desk = await Desk.OpenAsync(Desk.Route("email",
            ("host", "127.0.0.1"), ("port", receiver.Port.ToString(CultureInfo.InvariantCulture)), ("tls", "none"), ("from", "AuditWatch <aw@example.org>"), ("to", "a@example.org\nb@example.org")) with
        { Line = "{title} {user} {sentence}" });
        await desk.RaiseAsync(Desk.Alert(1, Hostile) with { Cluster = "prod\r\nBcc: e@evil" });
        await desk.StepAsync();

        Assert.Equal("email:sent:1", await desk.StandAsync());
        var (envelope, data) = Assert.Single(receiver.Mails);
        Assert.Equal(["MAIL FROM:<aw@example.org>", "RCPT TO:<a@example.org>", "RCPT TO:<b@example.org>"], envelope.Select(line => line.Split(" SIZE")[0]));
        using var mail = MimeMessage.Load(new MemoryStream(Encoding.UTF8.GetBytes(data)), Stop);
        Assert.Empty(mail.Bcc);
        Assert.Equal(2, mail.To.Count);
        Assert.Contains("prod  Bcc: e@evil", mail.Subject, StringComparison.Ordinal);
        Assert.StartsWith("text/plain", mail.Body!.ContentType.MimeType, StringComparison.Ordinal);
        Assert.Single(((TextPart)mail.Body).Text.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task Syslog_gets_one_line_whose_fields_cannot_be_forged(string protocol)
    {
        using var receiver = new SyslogReceiver();
        var port = protocol == "udp" ? receiver.UdpPort : receiver.TcpPort;
        await using var desk = await Desk.OpenAsync(Desk.Route("syslog", ("host", "127.0.0.1"), ("port", port.ToString(CultureInfo.InvariantCulture)), ("protocol", protocol)));
        var frame = protocol == "tcp" ? receiver.FrameAsync(Stop) : receiver.DatagramAsync(Stop);
        await desk.RaiseAsync(Desk.Alert(1, Hostile) with { Rule = Desk.Alert(1).Rule with { Title = "a|b\\c" } });
        await desk.StepAsync();

        var line = await frame;
        Assert.Matches(@"^<107>1 \d{4}-\d\d-\d\dT[\d:.]+Z \S+ auditwatch - alert - CEF:0\|AuditWatch\|AuditWatch\|1\|secret-read\|a\\\|b\\\\c\|8\|rt=\d+ suser=", line);
        Harmless(line);
        Assert.Contains(@"|\=\\", line, StringComparison.Ordinal);
        Assert.Single(System.Text.RegularExpressions.Regex.Matches(line, @"(?<!\\)=10\.2\.3\.4"));
    }
}
