using System.Net;
using System.Text;
using AuditWatch.Events;
using AuditWatch.Ingest.Journal;
using AuditWatch.Server.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Xunit;

namespace AuditWatch.Server.Tests.Access;

/// <summary>Every route × every role × every cluster. The routes are asked of the server itself, so a new one that nobody decided about fails here.</summary>
[Collection(nameof(GuardedServer))]
public sealed class AuthorizationMatrixTests(GuardedServer server)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Who may what: the decision, written down a second time. {…} of a path is filled from <see cref="PathOf"/>.</summary>
    static readonly (string Route, string Role, bool OnAll, string? Body)[] Decided =
    [
        ("GET /openapi/{documentName}.json", "viewer", false, null),
        ("GET /api/v1/alerts", "viewer", false, null),
        ("GET /api/v1/alerts/{id}", "viewer", false, null),
        ("GET /api/v1/incidents", "viewer", false, null),
        ("GET /api/v1/incidents/{id}", "viewer", false, null),
        ("GET /api/v1/sources", "viewer", false, null),
        ("GET /api/v1/api-servers", "viewer", false, null),
        ("GET /api/v1/rules", "viewer", false, null),
        ("GET /api/v1/coverage", "viewer", false, null),
        ("GET /api/v1/clusters", "viewer", false, null),
        ("GET /api/v1/events", "analyst", false, null),
        ("GET /api/v1/events/{id}", "analyst", false, null),
        ("GET /api/v1/timeline", "analyst", false, null),
        ("GET /api/v1/triage-jobs", "analyst", false, null),
        ("PATCH /api/v1/alerts/{id}", "analyst", false, """{"note":"seen"}"""),
        ("POST /api/v1/alerts/triage", "analyst", false, """{"status":"closed","resolution":"noise","dry_run":true}"""),
        ("POST /api/v1/triage-jobs/{id}/undo", "analyst", false, "{}"),
        ("POST /api/v1/incidents/{id}/merge", "analyst", false, "{}"),
        ("POST /api/v1/incidents/{id}/split", "analyst", false, "{}"),
        ("POST /api/v1/incident-edits/{id}/undo", "analyst", false, null),
        ("POST /api/v1/alerts/{id}/exception", "engineer", false, """{"owner":"o","reason":"r","expires":"2099-01-01","dry_run":true}"""),
        ("GET /api/v1/quarantine", "engineer", false, null),
        ("GET /api/v1/quarantine/{id}", "engineer", false, null),
        ("POST /api/v1/quarantine/replay", "engineer", false, """{"id":"9-9-9"}"""),
        ("GET /api/v1/deadletters", "engineer", false, null),
        ("GET /api/v1/deadletters/{id}", "engineer", false, null),
        ("POST /api/v1/deadletters/replay", "engineer", false, """{"id":"9"}"""),
        ("POST /api/v1/sources/{name}/reset", "engineer", false, null),
        ("GET /api/v1/exceptions", "engineer", true, null),
        ("POST /api/v1/exceptions/{id}/end", "engineer", true, null),
        ("GET /api/v1/routes", "engineer", true, null),
        ("POST /api/v1/routes/{id}/test", "engineer", true, null),
        ("GET /api/v1/notifications", "engineer", true, null),
        ("POST /api/v1/notifications/{id}/replay", "engineer", true, null),
        ("GET /api/v1/notifications/{id}", "engineer", true, null),
        ("POST /api/v1/notifications/{id}/drop", "engineer", true, null),
        ("GET /api/v1/parked", "engineer", true, null),
        ("GET /api/v1/parked/{id}", "engineer", true, null),
        ("POST /api/v1/parked/{id}/replay", "engineer", true, null),
        ("POST /api/v1/parked/{id}/drop", "engineer", true, null),
        ("POST /api/v1/clusters", "admin", false, """{"name":"CLUSTER"}"""),
        ("POST /api/v1/clusters/{id}/revoke", "admin", false, null),
        ("POST /api/v1/sql", "admin", true, """{"statement":"select 1"}"""),
        ("GET /api/v1/tokens", "admin", true, null),
        ("POST /api/v1/tokens", "admin", true, "{}"),
        ("POST /api/v1/tokens/{id}/revoke", "admin", true, null),
    ];

    static readonly string[] WithoutRoles = ["GET /healthz", "GET /readyz", " /metrics", "POST /ingest/v1/clusters/{cluster}", "POST /ingest/v1/falco/{cluster}", "POST /ingest/v1/firehose/{cluster}", "POST /ingest/v1/pubsub/{cluster}"];

    static string PathOf(string pattern) => pattern.Replace("{documentName}", "v1", StringComparison.Ordinal).Replace("{id}", "0", StringComparison.Ordinal).Replace("{name}", "none", StringComparison.Ordinal)
        + (pattern.EndsWith("/timeline", StringComparison.Ordinal) ? "?user=alice&around=2026-11-23T09:27:03Z" : "");

    IEnumerable<string> Served() => server.Endpoints.OfType<RouteEndpoint>()
        .SelectMany(e => (e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [""]).Select(m => $"{m} {(e.RoutePattern.RawText!.StartsWith('/') ? "" : "/")}{e.RoutePattern.RawText}"));

    [Fact]
    public void Every_route_that_is_served_says_who_may_use_it_and_was_decided_about_here()
    {
        Assert.All(server.Endpoints.OfType<RouteEndpoint>(), e => Assert.NotNull(e.Metadata.GetMetadata<AccessPolicy>()));
        Assert.Equal(Decided.Select(d => d.Route).Concat(WithoutRoles).Order(StringComparer.Ordinal), Served().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Each_route_lets_in_exactly_the_roles_and_clusters_that_it_says()
    {
        var wrong = new List<string>();
        foreach (var (route, least, onAll, body) in Decided)
        {
            var (method, path) = (new HttpMethod(route.Split(' ')[0]), PathOf(route.Split(' ')[1]));
            foreach (var nobody in new[] { null, "awt_" + new string('0', 64), "expired", "revoked", "two.part.jwt" })
            {
                using var refused = await server.AskAsync(method, path, nobody, body);
                if (refused.StatusCode != HttpStatusCode.Unauthorized || refused.Headers.WwwAuthenticate.Count == 0) wrong.Add($"{route} with {nobody ?? "nothing"}: {refused.StatusCode}");
            }
            foreach (var role in RoleBinding.Names)
            {
                foreach (var cluster in new[] { "prod", "dev", "*" })
                {
                    using var answer = await server.AskAsync(method, path, $"{role}:{cluster}", body?.Replace("CLUSTER", cluster == "*" ? "prod" : cluster, StringComparison.Ordinal));
                    var may = RoleBinding.Names.ToList().IndexOf(role) >= RoleBinding.Names.ToList().IndexOf(least) && (!onAll || cluster == "*");
                    var was = answer.StatusCode is not (HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError);
                    if (may != was || (!may && answer.StatusCode != HttpStatusCode.Forbidden)) wrong.Add($"{route} as {role}:{cluster}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync(Stop)}");
                }
            }
        }
        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("events", "analyst")]
    [InlineData("timeline?user=alice&around=2026-11-23T09:27:03Z", "analyst")]
    [InlineData("timeline?pod=pay/web", "analyst")]
    [InlineData("alerts", "viewer")]
    [InlineData("incidents", "viewer")]
    [InlineData("sources", "viewer")]
    [InlineData("api-servers", "viewer")]
    [InlineData("rules", "viewer")]
    [InlineData("clusters", "viewer")]
    [InlineData("quarantine", "engineer")]
    [InlineData("deadletters", "engineer")]
    public async Task A_list_shows_a_caller_the_rows_of_their_clusters_and_no_others(string list, string role)
    {
        async Task<List<string>> ClustersAsync(string cluster, string more = "")
        {
            var rows = await server.ItemsAsync($"/api/v1/{list}{(list.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit=0{more}", $"{role}:{cluster}");
            return [.. rows.Select(r => r.GetProperty("cluster").GetString()!).Distinct().Order(StringComparer.Ordinal)];
        }
        Assert.Equal(["dev", "prod"], await ClustersAsync("*"));
        Assert.Equal(["prod"], await ClustersAsync("prod"));
        Assert.Equal(["dev"], await ClustersAsync("dev"));
        if (list is "sources" or "clusters" or "deadletters") return;
        Assert.Equal(["prod"], await ClustersAsync("*", "&cluster=prod"));
        using var foreign = await server.AskAsync(HttpMethod.Get, $"/api/v1/{list}{(list.Contains('?', StringComparison.Ordinal) ? '&' : '?')}cluster=prod", $"{role}:dev");
        Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
    }

    [Fact]
    public async Task What_belongs_to_another_cluster_is_not_there_whatever_is_done_to_it()
    {
        var eventOfProd = (await server.ItemsAsync("/api/v1/events?limit=0", "analyst:prod"))[0].GetProperty("event_id").GetString()!;
        var quarantined = (await server.ItemsAsync("/api/v1/quarantine", "engineer:prod"))[0].GetProperty("id").GetString()!;
        var (alert, incident, other) = (GuardedServer.AlertOf("prod"), GuardedServer.AlertOf("prod"), GuardedServer.AlertOf("prod", 1));
        (string Method, string Path, string Role, string? Body)[] acts =
        [
            ("GET", $"events/{eventOfProd}", "admin", null),
            ("GET", $"alerts/{alert}", "viewer", null),
            ("GET", $"alerts?incident={incident}", "viewer", null),
            ("GET", $"incidents/{incident}", "viewer", null),
            ("GET", $"quarantine/{quarantined}", "engineer", null),
            ("GET", $"deadletters/{GuardedServer.LetterOf("prod")}", "engineer", null),
            ("PATCH", $"alerts/{alert}", "analyst", """{"note":"mine"}"""),
            ("POST", $"alerts/{alert}/exception", "engineer", """{"owner":"o","reason":"r","expires":"2099-01-01","dry_run":true}"""),
            ("POST", $"triage-jobs/{server.JobOfProd}/undo", "analyst", "{}"),
            ("POST", $"incidents/{incident}/merge", "analyst", $$"""{"incidents":["{{other}}"]}"""),
            ("POST", "incident-edits/EDIT/undo", "analyst", null),
            ("POST", "quarantine/replay", "engineer", $$"""{"id":"{{quarantined}}"}"""),
        ];
        long edit = 0;
        foreach (var (method, pattern, role, body) in acts)
        {
            var path = pattern.Replace("EDIT", edit.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
            using var foreign = await server.AskAsync(new HttpMethod(method), "/api/v1/" + path, $"{role}:dev", body);
            Assert.True(foreign.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest, $"{method} {path} as {role}:dev: {foreign.StatusCode}");
            Assert.Contains("There is no", await foreign.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
            using var own = await server.AskAsync(new HttpMethod(method), "/api/v1/" + path, $"{role}:prod", body);
            Assert.True(own.StatusCode == HttpStatusCode.OK, $"{method} {path} as {role}:prod: {own.StatusCode} {await own.Content.ReadAsStringAsync(Stop)}");
            if (path.EndsWith("/merge", StringComparison.Ordinal)) edit = (await GuardedServer.JsonOfAsync(own)).GetProperty("edits")[0].GetProperty("id").GetInt64();
        }
        Assert.Empty(await server.ItemsAsync("/api/v1/triage-jobs", "analyst:dev"));
        Assert.Single(await server.ItemsAsync("/api/v1/triage-jobs", "analyst:prod"));
        // Another cluster's alerts are out of reach of a bulk change, and incidents of two clusters cannot be joined by somebody of one.
        using var bulk = await server.AskAsync(HttpMethod.Post, "/api/v1/alerts/triage", "analyst:dev", """{"status":"acknowledged","dry_run":true}""");
        Assert.Equal((await server.ItemsAsync("/api/v1/alerts?limit=0", "viewer:dev")).Count, (await GuardedServer.JsonOfAsync(bulk)).GetProperty("matched").GetInt32());
        using var joined = await server.AskAsync(HttpMethod.Post, $"/api/v1/incidents/{GuardedServer.AlertOf("dev")}/merge", "analyst:dev", $$"""{"incidents":["{{other}}"]}""");
        Assert.Equal(HttpStatusCode.NotFound, joined.StatusCode);
    }

    [Fact]
    public async Task What_reaches_all_clusters_asks_for_the_role_on_all()
    {
        using (var elsewhere = await server.AskAsync(HttpMethod.Post, "/api/v1/clusters/dev/revoke", "admin:prod")) Assert.Equal(HttpStatusCode.NotFound, elsewhere.StatusCode);
        foreach (var (path, role, body) in new[]
        {
            ("quarantine/replay", "engineer", "{}"), ("deadletters/replay", "engineer", "{}"),
            ($"alerts/{GuardedServer.AlertOf("prod")}/exception", "engineer", """{"owner":"o","reason":"r","expires":"2099-01-01"}"""), ("clusters", "admin", """{"name":"dev"}"""),
        })
        {
            using var answer = await server.AskAsync(HttpMethod.Post, "/api/v1/" + path, $"{role}:prod", body);
            Assert.True(answer.StatusCode is HttpStatusCode.Forbidden || path == "deadletters/replay", $"{path}: {answer.StatusCode}");
        }
        Assert.Single(await server.ItemsAsync("/api/v1/exceptions", "engineer:*"));
    }

    [Fact]
    public async Task Roles_differ_by_cluster_and_raw_events_are_an_analysts()
    {
        Assert.Equal(2, (await server.ItemsAsync("/api/v1/clusters", "two")).Count);
        Assert.All(await server.ItemsAsync("/api/v1/events?limit=0", "two"), e => Assert.Equal("dev", e.GetProperty("cluster").GetString()));

        var alert = (await server.ItemsAsync("/api/v1/alerts?rule=guarded-read", "viewer:prod"))[0].GetProperty("alert_id").GetString()!;
        using var seen = await server.AskAsync(HttpMethod.Get, $"/api/v1/alerts/{alert}", "two");
        Assert.Equal(System.Text.Json.JsonValueKind.Null, (await GuardedServer.JsonOfAsync(seen)).GetProperty("events").ValueKind);
        using var whole = await server.AskAsync(HttpMethod.Get, $"/api/v1/alerts/{alert}", "analyst:prod");
        Assert.Equal("of-prod", (await GuardedServer.JsonOfAsync(whole)).GetProperty("events")[0].GetProperty("auditID").GetString());
    }

    [Fact]
    public async Task Nobody_can_sign_with_a_name_that_is_not_theirs()
    {
        using var answer = await server.AskAsync(HttpMethod.Patch, $"/api/v1/alerts/{GuardedServer.AlertOf("dev", 1)}", "analyst:dev", """{"note":"x","by":"somebody else"}""");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var shown = await server.AskAsync(HttpMethod.Get, $"/api/v1/alerts/{GuardedServer.AlertOf("dev", 1)}", "viewer:dev");
        Assert.All((await GuardedServer.JsonOfAsync(shown)).GetProperty("history").EnumerateArray().Where(h => h.TryGetProperty("note", out var note) && note.GetString() == "x"),
            h => Assert.Equal(("analyst of dev", "token"), (h.GetProperty("by").GetString(), h.GetProperty("via").GetString())));
    }

    [Fact]
    public async Task The_journal_tells_who_read_and_changed_what_and_who_was_refused()
    {
        const string Hostile = "\u202e\"}\n{\"act\":\"forged\"}\u0000";
        var text = Uri.EscapeDataString(Hostile + new string('x', 5000));
        var rows = await server.ItemsAsync($"/api/v1/events?limit=7&user=alice&cluster=dev&since=30000d", "analyst:dev");
        using (await server.AskAsync(HttpMethod.Get, $"/api/v1/events?text={text}&api_token=unspeakable", "analyst:prod")) { }
        using (await server.AskAsync(HttpMethod.Patch, $"/api/v1/alerts/{GuardedServer.AlertOf("dev")}", "analyst:dev", """{"note":"kept in the log"}""")) { }
        using (await server.AskAsync(HttpMethod.Post, "/api/v1/sql", "admin:*", """{"statement":"select 41 + 1"}""")) { }

        var records = new JournalReader(Path.Combine(server.Folder, "journal")).Read(EventPosition.Start).Where(f => f.Kind == RecordKind.Access)
            .SelectMany(f => f.Records.Select(r => (f.Cluster, Text: Encoding.UTF8.GetString(r.Span)))).ToList();
        var notes = records.Select(r => (r.Cluster, r.Text, Json: System.Text.Json.JsonElement.Parse(r.Text))).ToList();
        Assert.All(notes, n => Assert.DoesNotContain('\n', n.Text));
        Assert.All(notes, n => Assert.DoesNotContain("awt_", n.Text, StringComparison.Ordinal));

        var read = notes.Single(n => Says(n.Json, "query", "limit=7&"));
        Assert.Equal(("read", "analyst of dev", "token", "127.0.0.1", "list-events", "dev", "dev", 200, rows.Count),
            (Of(read.Json, "act"), Of(read.Json, "by"), Of(read.Json, "via"), Of(read.Json, "address"), Of(read.Json, "route"), Of(read.Json, "clusters"), read.Cluster, read.Json.GetProperty("status").GetInt32(), read.Json.GetProperty("rows").GetInt32()));
        var hostile = notes.Single(n => Says(n.Json, "query", Hostile));
        Assert.True(Of(hostile.Json, "query")!.Length < 2100);
        Assert.DoesNotContain("unspeakable", hostile.Text, StringComparison.Ordinal);

        var change = notes.Where(n => Says(n.Json, "body", "kept in the log")).Select(n => n.Json).Single();
        var done = notes.Single(n => Of(n.Json, "act") == "changed" && Of(n.Json, "request") == Of(change, "request")).Json;
        Assert.Equal(("change", "triage-alert", 200), (Of(change, "act"), Of(change, "route"), done.GetProperty("status").GetInt32()));
        Assert.Contains(notes, n => Says(n.Json, "body", "select 41 + 1") && n.Json.GetProperty("rows").GetInt32() == 1 && n.Cluster.Length == 0);

        static string? Of(System.Text.Json.JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;
        static bool Says(System.Text.Json.JsonElement json, string name, string part) => Of(json, name)?.Contains(part, StringComparison.Ordinal) is true;
    }

    [Fact]
    public async Task Health_needs_no_credential_and_figures_none_on_this_machine()
    {
        foreach (var path in new[] { "/healthz", "/readyz", "/metrics" })
        {
            using var answer = await server.AskAsync(HttpMethod.Get, path, null);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        foreach (var (who, wanted) in new[] { ("viewer:*", HttpStatusCode.OK), ("viewer:prod", HttpStatusCode.Forbidden), ("revoked", HttpStatusCode.Unauthorized) })
        {
            using var answer = await server.AskAsync(HttpMethod.Get, "/metrics", who);
            Assert.Equal(wanted, answer.StatusCode);
        }
        using var missing = await server.AskAsync(HttpMethod.Get, "/api/v1/none", "viewer:*");
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        using var method = await server.AskAsync(HttpMethod.Delete, "/api/v1/alerts", "viewer:*");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, method.StatusCode);
    }
}
