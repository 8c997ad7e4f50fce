using Xunit;
using AuditWatch.Server.Notifications;

namespace AuditWatch.Server.Tests.Notifications;

/// <summary>Storms, outages, refusals: what is sent when, and what becomes of what is not.</summary>
public sealed class SendingTests
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    static RouteConfig Slack(HttpReceiver receiver) => Desk.Route("slack", ("url_file", Desk.Secret(receiver.Url)));

    [Fact]
    public async Task A_storm_is_one_message_with_a_count()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        await using var desk = await Desk.OpenAsync(Slack(receiver));
        await desk.RaiseAsync(Desk.Alert(1));
        await desk.StepAsync();
        for (var minute = 0; minute < 3; minute++)
        {
            for (var batch = 0; batch < 10; batch++)
            {
                await desk.RaiseAsync([.. Enumerable.Range(2 + (minute * 1000) + (batch * 100), 100).Select(n => Desk.Alert(n, level: n == 777 ? "critical" : "high"))]);
                await desk.StepAsync();
                desk.Clock.Advance(TimeSpan.FromSeconds(6));
            }
        }
        await desk.StepAsync();
        await desk.StepAsync();

        // 3,001 alerts in three minutes: the first at once, then one message a minute.
        Assert.Equal(4, receiver.Posts.Count);
        Assert.Equal("slack:sent:1 slack:sent:1100 slack:sent:1000 slack:sent:900", await desk.StandAsync());
        var second = receiver.Posts.ElementAt(1).Body;
        Assert.Contains("1100 alerts, gravest [critical]", second, StringComparison.Ordinal);
        Assert.Contains("and 1090 more", second, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_outage_delays_a_message_through_restarts_and_loses_and_doubles_nothing()
    {
        var receiver = await HttpReceiver.StartAsync();
        var route = Desk.Route("webhook", ("url", receiver.Url), ("secret_file", Desk.Secret("key")));
        await receiver.DisposeAsync();   // the address is refused from now on
        await using var desk = await Desk.OpenAsync(route);
        await desk.RaiseAsync(Desk.Alert(1));
        var waits = new List<TimeSpan>();
        for (var attempt = 0; attempt < 6; attempt++)
        {
            await desk.StepAsync();
            var message = Assert.Single(await desk.State.ListMessagesAsync("waiting", null, null, 0, Stop));
            Assert.Equal(attempt + 1, message.Attempts);
            Assert.NotNull(message.Error);
            var wait = TimeSpan.FromMicroseconds(message.DueMicros) - (desk.Clock.GetUtcNow() - DateTimeOffset.UnixEpoch);
            waits.Add(wait);
            desk.Clock.Advance(wait - TimeSpan.FromMilliseconds(1));
            await desk.StepAsync();
            Assert.Equal(attempt + 1, (await desk.State.ListMessagesAsync("waiting", null, null, 0, Stop))[0].Attempts);   // not before its time
            desk.Clock.Advance(TimeSpan.FromMilliseconds(1));
            await desk.RestartAsync();
            await desk.RaiseAsync(Desk.Alert(10 + attempt));
        }
        Assert.Equal([2, 4, 8, 16, 32, 64], waits.Select(w => (int)Math.Round(w.TotalSeconds)));
    }

    [Fact]
    public async Task What_was_held_up_goes_out_once_each_when_the_receiver_is_back()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        receiver.Answer = 503;
        await using var desk = await Desk.OpenAsync(Desk.Route("webhook", ("url", receiver.Url), ("secret_file", Desk.Secret("key"))));
        await desk.RaiseAsync(Desk.Alert(1));
        await desk.StepAsync();
        await desk.RaiseAsync([.. Enumerable.Range(2, 50).Select(n => Desk.Alert(n))]);
        desk.Clock.Advance(TimeSpan.FromHours(1));
        await desk.StepAsync();
        receiver.Answer = 204;
        desk.Clock.Advance(TimeSpan.FromHours(1));
        await desk.StepAsync();
        await desk.StepAsync();

        Assert.Equal("webhook:sent:1 webhook:sent:50", await desk.StandAsync());
        Assert.Equal(4, receiver.Posts.Count);
        Assert.Equal(2, receiver.Posts.Select(p => p.Headers["webhook-id"]).Distinct().Count());   // a repeat is known by its id
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(302)]
    public async Task What_is_refused_is_parked_with_its_reason_and_can_be_sent_again(int status)
    {
        await using var receiver = await HttpReceiver.StartAsync();
        receiver.Answer = status;
        await using var desk = await Desk.OpenAsync(Slack(receiver));
        await desk.RaiseAsync(Desk.Alert(1));
        await desk.StepAsync();
        desk.Clock.Advance(TimeSpan.FromHours(1));
        await desk.StepAsync();

        var parked = Assert.Single(await desk.State.ListMessagesAsync("parked", "slack", null, 0, Stop));
        Assert.Contains($"{status}: said the receiver", parked.Error, StringComparison.Ordinal);
        Assert.Single(receiver.Posts);
        receiver.Answer = 200;
        Assert.Equal(1, await desk.State.ReplayMessagesAsync(parked.Id, Stop));
        await desk.StepAsync();
        Assert.Equal("slack:sent:1", await desk.StandAsync());
        Assert.Equal(0, await desk.State.ReplayMessagesAsync(null, Stop));
    }

    [Fact]
    public async Task A_mail_server_that_refuses_parks_and_one_that_is_away_delays()
    {
        using var receiver = new SmtpReceiver { RefuseRecipients = "550 no such user" };
        var route = Desk.Route("email", ("host", "127.0.0.1"), ("port", receiver.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)), ("tls", "none"), ("from", "a@example.org"), ("to", "b@example.org"));
        await using var desk = await Desk.OpenAsync(route with { Every = TimeSpan.FromSeconds(1) });
        await desk.RaiseAsync(Desk.Alert(1));
        await desk.StepAsync();
        Assert.Equal("email:parked:1", await desk.StandAsync());
        receiver.RefuseRecipients = "451 later";
        desk.Clock.Advance(TimeSpan.FromMinutes(1));
        await desk.RaiseAsync(Desk.Alert(2));
        await desk.StepAsync();
        Assert.Equal("email:parked:1 email:waiting:1", await desk.StandAsync());
        receiver.RefuseRecipients = null;
        desk.Clock.Advance(TimeSpan.FromMinutes(1));
        await desk.StepAsync();
        Assert.Equal("email:parked:1 email:sent:1", await desk.StandAsync());
        Assert.Single(receiver.Mails);
    }

    [Fact]
    public async Task A_message_that_could_not_be_sent_for_a_day_is_parked()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        receiver.Answer = 500;
        await using var desk = await Desk.OpenAsync(Slack(receiver));
        await desk.RaiseAsync(Desk.Alert(1));
        for (var hour = 0; hour < 26; hour++)
        {
            await desk.StepAsync();
            desk.Clock.Advance(TimeSpan.FromHours(1));
        }
        Assert.Equal("slack:parked:1", await desk.StandAsync());
    }

    [Fact]
    public async Task Routes_hear_what_they_asked_for()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        RouteConfig Named(string name) => Slack(receiver) with { Name = name };
        await using var desk = await Desk.OpenAsync(
            Named("all") with { MinLevel = "informational" }, Named("grave") with { MinLevel = "critical" }, Named("dev") with { Clusters = ["dev"] }, Named("prod-ns") with { Namespaces = ["prod"] },
            Named("impact") with { Tactics = ["impact"] });
        await desk.RaiseAsync(Desk.Alert(1), Desk.Alert(2, level: "critical") with { Object = null }, Desk.Alert(3) with { Cluster = "dev" }, Desk.Alert(4) with { Rule = Desk.Alert(4).Rule with { Tactics = ["impact"] } }, Desk.Alert(5, level: "low"));
        await desk.StepAsync();
        Assert.Equal("all:sent:5 grave:sent:1 dev:sent:1 prod-ns:sent:3 impact:sent:1", await desk.StandAsync());
    }

    [Fact]
    public void A_template_says_what_it_does_not_know_and_never_reads_what_it_put_in()
    {
        Assert.Contains("{sentense}, which is no placeholder", MessageTemplate.Fault("{level} {sentense}"), StringComparison.Ordinal);
        Assert.Null(MessageTemplate.Fault(MessageTemplate.Default));
        var alert = new Storage.State.StoredAlert(Desk.Alert(1, "{alert_id} {level}"), Storage.State.AlertStatus.New, 1, 0, 0);
        Assert.Equal("{alert_id} {level} (high)", MessageTemplate.Fill("{sentence} ({level})", alert));
    }
}
