using System.Text.Json;
using AuditWatch.Server.Access;
using AuditWatch.Server.Configuration;
using AuditWatch.Server.Queries;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace AuditWatch.Server.Endpoints;

/// <summary>
/// <c>/api/v1/…</c>: every question of <see cref="IQueries"/>. Lists answer <c>{"items":[…],"next":cursor|null}</c>; faults are RFC 9457 problem details. Each route says
/// here who may use it and what is kept of it; rows are narrowed to the asker's clusters by <see cref="LocalQueries"/>.
/// </summary>
sealed class ApiEndpoints(LocalQueries queries, RecordedAnswer recorded)
{
    static readonly AccessPolicy ByViewer = AccessPolicy.For(Role.Viewer), ReadByAnalyst = AccessPolicy.For(Role.Analyst, Recorded.Read), ReadByEngineer = AccessPolicy.For(Role.Engineer, Recorded.Read),
        ByEngineerOfAll = AccessPolicy.For(Role.Engineer, allClusters: true), ChangeByEngineer = AccessPolicy.For(Role.Engineer, Recorded.Change);

    static readonly (string Collection, AccessPolicy Policy)[] Lists =
    [
        ("events", ReadByAnalyst), ("timeline", ReadByAnalyst), ("alerts", ByViewer), ("incidents", ByViewer), ("sources", ByViewer), ("api-servers", ByViewer), ("rules", ByViewer), ("coverage", ByViewer), ("clusters", ByViewer),
        ("triage-jobs", AccessPolicy.For(Role.Analyst)), ("quarantine", AccessPolicy.For(Role.Engineer)), ("deadletters", AccessPolicy.For(Role.Engineer)),
        // Exceptions, routes and their messages are of no one cluster.
        ("exceptions", ByEngineerOfAll), ("routes", ByEngineerOfAll), ("notifications", ByEngineerOfAll), ("parked", ByEngineerOfAll), ("tokens", AccessPolicy.For(Role.Admin, allClusters: true)),
    ];

    // An alert shows the raw events of its evidence; to a viewer it shows them not.
    static readonly (string Collection, AccessPolicy Policy)[] Shows =
        [("events", ReadByAnalyst), ("alerts", AccessPolicy.For(Role.Viewer, Recorded.Read)), ("incidents", ByViewer), ("quarantine", ReadByEngineer), ("deadletters", ReadByEngineer), ("notifications", ByEngineerOfAll), ("parked", ByEngineerOfAll)];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi().WithMetadata(ByViewer);
        var api = routes.MapGroup("/api/v1");

        foreach (var (collection, policy) in Lists)
            api.MapGet($"/{collection}", (Delegate)((HttpContext context) => ListAsync(collection, context))).WithMetadata(policy, ListForm.All.Single(f => f.Collection == collection)).WithName($"list-{collection}")
                .WithSummary($"A page of {collection}. Query parameters filter; 'limit' and 'cursor' page.").Produces<object>().ProducesProblem(400).ProducesProblem(401).ProducesProblem(403);
        foreach (var (collection, policy) in Shows)
        {
            var shown = api.MapGet($"/{collection}/{{id}}", (string id, HttpContext context) => ShowAsync(collection, id, context)).WithMetadata(policy).WithName($"show-{collection}")
                .WithSummary($"One of {collection} with everything known of it.").Produces<object>().ProducesProblem(404).ProducesProblem(401).ProducesProblem(403);
            if (collection is "alerts" or "incidents") shown.WithMetadata(new ShownVersion());
        }

        ActEndpoints.Map(api, queries, recorded);
        api.MapPost("/sql", (SqlBody body, HttpContext context) => AnswerAsync(context, body.Statement, async asked => body is { Statement: { } statement, Limit: >= 0 }
                ? Page(await asked.SqlAsync(statement, body.Limit, context.RequestAborted)) : (Problem(400, "The body needs 'statement', a text; 'limit' is a whole number from 0 on."), null)))
            .WithMetadata(AccessPolicy.For(Role.Admin, Recorded.Read, allClusters: true))
            .WithName("sql").WithSummary("Rows of one read-only SQL statement over the tables events and alerts.").Produces<object>().ProducesProblem(400).ProducesProblem(403);
        api.MapPost("/clusters", ([FromBody] ClusterBody body, HttpContext context) => AnswerAsync(context, body.Name, async asked => body.Name is not null && ClusterName.IsValid(body.Name)
                ? Item(await asked.AddClusterAsync(new NewCluster(body.Name, body.client_cn, body.Url, body.ca_pem), context.RequestAborted))
                : (Problem(400, $"The name '{body.Name}' {ClusterName.Rule}"), null)))
            .WithMetadata(AccessPolicy.For(Role.Admin, Recorded.Change))
            .WithName("add-cluster").WithSummary("Makes a cluster's credential; its token is shown this once.").Produces<object>().ProducesProblem(400).ProducesProblem(403);
        api.MapPost("/sources/{name}/reset", (string name, HttpContext context) => AnswerAsync(context, null, async asked => Item(await asked.ResetSourceAsync(name, context.RequestAborted))))
            .WithMetadata(ChangeByEngineer)
            .WithName("reset-source").WithSummary("Lets a source begin again with the oldest event that its hub has.").Produces<object>().ProducesProblem(400).ProducesProblem(403);
        api.MapPost("/quarantine/replay", (ReplayBody body, HttpContext context) => AnswerAsync(context, body.Id, async asked => Item(await asked.ReplayQuarantineAsync(body.Id, context.RequestAborted))))
            .WithMetadata(ChangeByEngineer)
            .WithName("replay-quarantine").WithSummary("Sends quarantined records through the pipeline again: one, or all.").Produces<object>().ProducesProblem(400).ProducesProblem(403);
        api.MapPost("/deadletters/replay", (ReplayBody body, HttpContext context) => AnswerAsync(context, body.Id, async asked => Item(await asked.ReplayDeadLettersAsync(body.Id, context.RequestAborted))))
            .WithMetadata(ChangeByEngineer)
            .WithName("replay-deadletters").WithSummary("Sends documents that Elasticsearch refused to it again: one, or all.").Produces<object>().ProducesProblem(400).ProducesProblem(403);
    }

    Task<IResult> ListAsync(string collection, HttpContext context) => AnswerAsync(context, null, async asked =>
        Page(await asked.ListAsync(collection, ActEndpoints.FiltersOf(context.Request), context.RequestAborted)));

    Task<IResult> ShowAsync(string collection, string id, HttpContext context) => AnswerAsync(context, null, async asked =>
        await asked.ShowAsync(collection, id, context.RequestAborted) is { } row ? Item(row, context) : (Problem(404, $"There is no such item among {collection}."), 0));

    // What has a version says so, for If-Match.
    static (IResult, long?) Item(ReadOnlyMemory<byte> row, HttpContext? context = null)
    {
        if (context is not null)
        {
            using var json = JsonDocument.Parse(row);
            if (json.RootElement.TryGetProperty("version", out var version)) context.Response.Headers.ETag = version.ValueKind == JsonValueKind.String ? $"\"{version.GetString()}\"" : ActEndpoints.ETag(version.GetInt64());
        }
        return (Results.Bytes(row, "application/json"), 1);
    }

    Task<IResult> AnswerAsync(HttpContext context, string? body, Func<LocalQueries, Task<(IResult, long?)>> answer) => recorded.AnswerAsync(context, body, async asker =>
    {
        try
        {
            return await answer(queries.For(asker));
        }
        catch (QueryFault fault)
        {
            return (Results.Problem(fault.Message, statusCode: fault.Status, extensions: fault.Details), null);
        }
        catch (Storage.Elasticsearch.ElasticsearchFault fault)
        {
            return (Problem(503, fault.Message), null);
        }
    });

    static IResult Problem(int status, string detail) => Results.Problem(detail, statusCode: status);

    static (IResult, long?) Page(RowPage page) => (Results.Stream(async stream =>
    {
        await stream.WriteAsync("{\"items\":["u8.ToArray());
        for (var i = 0; i < page.Rows.Count; i++)
        {
            if (i > 0) await stream.WriteAsync(","u8.ToArray());
            await stream.WriteAsync(page.Rows[i]);
        }
        await stream.WriteAsync("],\"next\":"u8.ToArray());
        await stream.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(page.Next));
        await stream.WriteAsync("}"u8.ToArray());
    }, "application/json"), page.Rows.Count);

    sealed record SqlBody(string? Statement, long Limit = 1000);

    sealed record ReplayBody(string? Id);

#pragma warning disable IDE1006 // The names are the API's.
    sealed record ClusterBody(string? Name, string? client_cn, string? Url, string? ca_pem);
#pragma warning restore IDE1006
}
