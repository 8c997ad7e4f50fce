using System.Text.Json;
using AuditWatch.Server.Access;
using AuditWatch.Server.Configuration;
using AuditWatch.Server.Queries;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace AuditWatch.Server.Endpoints;

/// <summary><c>/api/v1/…</c>: every question of <see cref="IQueries"/>. Lists answer <c>{"items":[…],"next":cursor|null}</c>; faults are RFC 9457 problem details.</summary>
static class ApiEndpoints
{
    static readonly string[] Lists = ["events", "alerts", "timeline", "quarantine", "deadletters", "clusters", "sources", "api-servers", "rules", "triage-jobs", "incidents", "exceptions", "routes", "notifications"];
    static readonly string[] Shows = ["events", "alerts", "incidents", "quarantine", "deadletters"];

    public static void Map(IEndpointRouteBuilder routes, IQueries queries, ApiGuard guard)
    {
        var guarded = routes.MapGroup("").AddEndpointFilter(async (context, next) =>
            guard.Refuse(context.HttpContext) is { } why ? Problem(context.HttpContext.Request.Headers.Authorization.Count > 0 ? 403 : 401, why) : await next(context));
        guarded.MapOpenApi();
        var api = guarded.MapGroup("/api/v1");

        foreach (var collection in Lists)
            api.MapGet($"/{collection}", (Delegate)((HttpContext context) => ListAsync(queries, collection, context))).WithName($"list-{collection}")
                .WithSummary($"A page of {collection}. Query parameters filter; 'limit' and 'cursor' page.").Produces<object>().ProducesProblem(400).ProducesProblem(401);
        foreach (var collection in Shows)
            api.MapGet($"/{collection}/{{id}}", (string id, HttpContext context) => ShowAsync(queries, collection, id, context)).WithName($"show-{collection}")
                .WithSummary($"One of {collection} with everything known of it.").Produces<object>().ProducesProblem(404).ProducesProblem(401);

        ActEndpoints.Map(api, queries);
        api.MapPost("/sql", (SqlBody body, HttpContext context) => AnswerAsync(async () => body is { Statement: { } statement, Limit: >= 0 }
                ? Page(await queries.SqlAsync(statement, body.Limit, context.RequestAborted)) : Problem(400, "The body needs 'statement', a text; 'limit' is a whole number from 0 on.")))
            .WithName("sql").WithSummary("Rows of one read-only SQL statement over the tables events and alerts.").Produces<object>().ProducesProblem(400);
        api.MapPost("/clusters", ([FromBody] ClusterBody body, HttpContext context) => AnswerAsync(async () => body.Name is not null && ClusterName.IsValid(body.Name)
                ? Bytes(await queries.AddClusterAsync(new NewCluster(body.Name, body.client_cn, body.Url, body.ca_pem), context.RequestAborted))
                : Problem(400, $"The name '{body.Name}' {ClusterName.Rule}")))
            .WithName("add-cluster").WithSummary("Makes a cluster's credential; its token is shown this once.").Produces<object>().ProducesProblem(400);
        api.MapPost("/sources/{name}/reset", (string name, HttpContext context) => AnswerAsync(async () => Bytes(await queries.ResetSourceAsync(name, context.RequestAborted))))
            .WithName("reset-source").WithSummary("Lets a source begin again with the oldest event that its hub has.").Produces<object>().ProducesProblem(400);
        api.MapPost("/quarantine/replay", (ReplayBody body, HttpContext context) => AnswerAsync(async () => Bytes(await queries.ReplayQuarantineAsync(body.Id, context.RequestAborted))))
            .WithName("replay-quarantine").WithSummary("Sends quarantined records through the pipeline again: one, or all.").Produces<object>().ProducesProblem(400);
        api.MapPost("/deadletters/replay", (ReplayBody body, HttpContext context) => AnswerAsync(async () => Bytes(await queries.ReplayDeadLettersAsync(body.Id, context.RequestAborted))))
            .WithName("replay-deadletters").WithSummary("Sends documents that Elasticsearch refused to it again: one, or all.").Produces<object>().ProducesProblem(400);
    }

    static Task<IResult> ListAsync(IQueries queries, string collection, HttpContext context) => AnswerAsync(async () =>
        Page(await queries.ListAsync(collection, context.Request.Query.ToDictionary(q => q.Key, q => q.Value.ToString()), context.RequestAborted)));

    static Task<IResult> ShowAsync(IQueries queries, string collection, string id, HttpContext context) => AnswerAsync(async () =>
        await queries.ShowAsync(collection, id, context.RequestAborted) is { } row ? Item(row, context) : Problem(404, $"There is no such item among {collection}."));

    // What has a version says so, for If-Match.
    static IResult Item(ReadOnlyMemory<byte> row, HttpContext context)
    {
        using var json = JsonDocument.Parse(row);
        if (json.RootElement.TryGetProperty("version", out var version) && version.TryGetInt64(out var number)) context.Response.Headers.ETag = ActEndpoints.ETag(number);
        return Bytes(row);
    }

    static async Task<IResult> AnswerAsync(Func<Task<IResult>> answer)
    {
        try
        {
            return await answer();
        }
        catch (QueryFault fault)
        {
            return Results.Problem(fault.Message, statusCode: fault.Status, extensions: fault.Details);
        }
        catch (Storage.Elasticsearch.ElasticsearchFault fault)
        {
            return Problem(503, fault.Message);
        }
    }

    static IResult Problem(int status, string detail) => Results.Problem(detail, statusCode: status);

    static IResult Bytes(ReadOnlyMemory<byte> json) => Results.Bytes(json, "application/json");

    static IResult Page(RowPage page) => Results.Stream(async stream =>
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
    }, "application/json");

    sealed record SqlBody(string? Statement, long Limit = 1000);

    sealed record ReplayBody(string? Id);

#pragma warning disable IDE1006 // The names are the API's.
    sealed record ClusterBody(string? Name, string? client_cn, string? Url, string? ca_pem);
#pragma warning restore IDE1006
}
