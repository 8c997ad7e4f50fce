using System.Net;
using System.Text;
using AuditWatch.Events;
using AuditWatch.Ingest.Journal;
using AuditWatch.Server.Access;
using AuditWatch.Server.Queries;
using AuditWatch.Storage.State;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AuditWatch.Server.Tests.Access;

/// <summary>Who is let in, how often, and what happens when it cannot be recorded: over a real state and a real journal.</summary>
public sealed class AccessGateTests : IAsyncLifetime
{
    readonly string _folder = Directory.CreateTempSubdirectory("aw-gate").FullName;
    readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeSeconds(1_767_100_000));
    readonly ServiceProvider _services = new ServiceCollection().AddLogging().AddProblemDetails().BuildServiceProvider();
    StateStore _state = null!;
    LocalJournal _journal = null!;
    AccessLog _log = null!;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _state = await StateStore.OpenEmbeddedAsync(_folder, _clock, stop: Stop);
        _journal = LocalJournal.Open(Path.Combine(_folder, "journal"), new LocalJournalOptions(), _clock);
        _log = new AccessLog(_journal, _clock, NullLogger<AccessLog>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        await _journal.DisposeAsync();
        await _state.DisposeAsync();
        await _services.DisposeAsync();
    }

    AccessGate Gate(string? tokenFile = null) => new(
        new Authenticator(_state, tokenFile, _clock), _log, new RateGate(_clock, 1, 5), new RateGate(_clock, 0.1, 3), NullLogger<AccessGate>.Instance);

    async Task<(int Status, HttpContext Context)> PassAsync(AccessGate gate, string? token, string peer = "127.0.0.1", AccessPolicy? policy = null, bool hasPolicy = true, RequestDelegate? next = null)
    {
        var context = new DefaultHttpContext { RequestServices = _services };
        context.Connection.RemoteIpAddress = IPAddress.Parse(peer);
        (context.Request.Method, context.Request.Scheme, context.Request.Host, context.Request.Path) = ("GET", "http", new HostString("127.0.0.1"), "/x");
        context.Response.Body = new MemoryStream();
        if (token is not null) context.Request.Headers.Authorization = "Bearer " + token;
        object[] metadata = hasPolicy ? [policy ?? AccessPolicy.For(Role.Viewer), new EndpointNameMetadata("x")] : [];
        context.SetEndpoint(new RouteEndpoint(_ => Task.CompletedTask, RoutePatternFactory.Parse("/x"), 0, new EndpointMetadataCollection(metadata), "x"));
        await gate.PassAsync(context, next ?? (c =>
        {
            c.Response.StatusCode = 299;
            return Task.CompletedTask;
        }));
        return (context.Response.StatusCode, context);
    }

    [Fact]
    public async Task Until_somebody_has_a_token_this_machine_may_and_from_then_on_a_token_is_asked_for_even_when_the_last_one_is_revoked()
    {
        var gate = Gate();
        Assert.Equal(299, (await PassAsync(gate, null)).Status);
        Assert.Equal(401, (await PassAsync(gate, null, "192.0.2.1")).Status);
        var (token, kept) = await _state.AddApiTokenAsync("alice", "admin:*", null, "test", Stop);
        Assert.Equal(401, (await PassAsync(gate, null)).Status);
        Assert.Equal(299, (await PassAsync(gate, token, "192.0.2.1")).Status);
        await _state.RevokeApiTokenAsync(kept.Id, Stop);
        Assert.Equal(401, (await PassAsync(gate, token)).Status);
        Assert.Equal(401, (await PassAsync(Gate(), null)).Status);
    }

    [Fact]
    public async Task A_token_ends_when_it_says()
    {
        var (token, _) = await _state.AddApiTokenAsync("alice", "viewer:*", (_clock.GetUtcNow().AddDays(1) - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond, "test", Stop);
        var gate = Gate();
        Assert.Equal(299, (await PassAsync(gate, token)).Status);
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(401, (await PassAsync(gate, token)).Status);
    }

    [Fact]
    public async Task The_token_of_the_token_file_may_everything_and_its_bearer_is_nobody_by_name()
    {
        var file = Path.Combine(_folder, "token");
        await File.WriteAllTextAsync(file, "right-token\n", Stop);
        var (status, context) = await PassAsync(Gate(file), "right-token", "192.0.2.1", AccessPolicy.For(Role.Admin, allClusters: true));
        Assert.Equal((299, false, true), (status, context.Features.Get<Asker>()!.IsNamed, context.Features.Get<Asker>()!.Scope.IsAll));
        Assert.Equal(401, (await PassAsync(Gate(file), "right-token2")).Status);
        Assert.Equal(401, (await PassAsync(Gate(file), null)).Status);
    }

    [Fact]
    public async Task A_route_without_a_policy_lets_nobody_in() => Assert.Equal(403, (await PassAsync(Gate(), null, hasPolicy: false)).Status);

    [Fact]
    public async Task Who_asks_too_often_is_told_how_long_to_wait_and_bad_tokens_of_an_address_do_not_shut_a_good_one_out()
    {
        var (token, _) = await _state.AddApiTokenAsync("alice", "viewer:*", null, "test", Stop);
        var gate = Gate();
        for (var i = 0; i < 3; i++) Assert.Equal(401, (await PassAsync(gate, $"guess-{i}")).Status);
        var (status, refused) = await PassAsync(gate, "guess-4");
        Assert.Equal((429, "10"), (status, refused.Response.Headers.RetryAfter.ToString()));
        Assert.Equal(401, (await PassAsync(gate, "guess-5", "192.0.2.9")).Status);

        for (var i = 0; i < 5; i++) Assert.Equal(299, (await PassAsync(gate, token)).Status);
        Assert.Equal(429, (await PassAsync(gate, token)).Status);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(299, (await PassAsync(gate, token)).Status);
    }

    [Fact]
    public async Task Refusals_are_recorded_until_they_are_a_flood_and_counted_from_then_on()
    {
        var gate = Gate();
        await _state.AddApiTokenAsync("alice", "viewer:*", null, "test", Stop);
        for (var i = 0; i < 200; i++) await PassAsync(gate, "awt_wrong");
        _clock.Advance(TimeSpan.FromMinutes(1));
        await PassAsync(gate, "awt_wrong");
        var notes = new JournalReader(Path.Combine(_folder, "journal")).Read(EventPosition.Start).SelectMany(f => f.Records.Select(r => Encoding.UTF8.GetString(r.Span))).ToList();
        Assert.Equal(11, notes.Count);
        Assert.All(notes, n => Assert.Contains("\"act\":\"denied\"", n, StringComparison.Ordinal));
        Assert.Contains("\"more\":190", notes[^1], StringComparison.Ordinal);
        Assert.DoesNotContain(notes, n => n.Contains("awt_wrong", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_cannot_be_recorded_is_neither_read_nor_changed()
    {
        await _journal.DisposeAsync();
        var asked = 0;
        foreach (var record in new[] { Recorded.Read, Recorded.Change })
        {
            var (status, context) = await PassAsync(Gate(), null, policy: AccessPolicy.For(Role.Viewer, record), next: async c =>
                await (await new RecordedAnswer(_log).AnswerAsync(c, null, RowAsync)).ExecuteAsync(c));
            context.Response.Body.Position = 0;
            using var body = new StreamReader(context.Response.Body);
            Assert.Equal((503, "5"), (status, context.Response.Headers.RetryAfter.ToString()));
            Assert.DoesNotContain("a row", await body.ReadToEndAsync(Stop), StringComparison.Ordinal);
        }
        Assert.Equal(1, asked);   // the read was made up, and kept back; the change was not begun

        async Task<(IResult, long?)> RowAsync(Asker asker)
        {
            await Task.Yield();
            asked++;
            return (Results.Text("a row"), 1);
        }
    }
}
