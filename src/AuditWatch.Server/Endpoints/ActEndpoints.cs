using System.Globalization;
using System.Net.Mime;
using AuditWatch.Server.Access;
using AuditWatch.Server.Queries;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace AuditWatch.Server.Endpoints;

/// <summary>Serves the table of <see cref="Acts"/>. A version goes out as <c>ETag</c> and comes back as <c>If-Match</c>.</summary>
static class ActEndpoints
{
    const int LargestBody = 1 << 20;

    public static void Map(IEndpointRouteBuilder api, LocalQueries queries, RecordedAnswer recorded)
    {
        foreach (var route in Acts.All)
        {
            // The parameter is bound where the path has one; the delegate's form says so to OpenAPI.
            Delegate handler = route.Path.Contains("{id}", StringComparison.Ordinal)
                ? (string id, HttpContext context) => ActAsync(queries, recorded, route, id, context)
                : (HttpContext context) => ActAsync(queries, recorded, route, null, context);
            var mapped = api.MapMethods($"/{route.Path}", [route.Method], handler).WithMetadata(route.Policy, route).WithName(route.Name).WithSummary(route.Summary)
                .Produces<object>().ProducesProblem(400).ProducesProblem(401).ProducesProblem(403).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412);
            if (route.Body is { } body) mapped.Accepts(body, isOptional: true, MediaTypeNames.Application.Json);
        }
    }

    /// <summary>The query parameters; each is one question, so none may be given twice.</summary>
    public static IReadOnlyDictionary<string, string> FiltersOf(HttpRequest request) => request.Query.ToDictionary(
        q => q.Key, q => q.Value.Count <= 1 ? q.Value.ToString() : throw new QueryFault($"'{q.Key}' is given {q.Value.Count} times; it takes one value."), StringComparer.Ordinal);

    public static string ETag(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    static async Task<IResult> ActAsync(LocalQueries queries, RecordedAnswer recorded, ActRoute route, string? id, HttpContext context)
    {
        Act act;
        try
        {
            act = new Act(route, id, await BodyAsync(context.Request, context.RequestAborted))
            {
                Filters = FiltersOf(context.Request),
            };
            if (IfMatch(context.Request) is { } version) act = Bind(act, version);
        }
        catch (QueryFault fault)
        {
            return Results.Problem(fault.Message, statusCode: fault.Status, extensions: fault.Details);
        }
        return await recorded.AnswerAsync(context, RecordedAnswer.Text(act.Body), async asker =>
        {
            try
            {
                var answer = await queries.For(asker).ActAsync(act, context.RequestAborted);
                if (answer.State is { } state) context.Response.Headers.ETag = $"\"{state}\"";
                else if (answer.Version is { } version) context.Response.Headers.ETag = ETag(version);
                return (Results.Bytes(answer.Json, MediaTypeNames.Application.Json), null);
            }
            catch (QueryFault fault)
            {
                return (Results.Problem(fault.Message, statusCode: fault.Status, extensions: fault.Details), null);
            }
        });
    }

    static string? IfMatch(HttpRequest request)
    {
        var header = request.Headers.IfMatch.ToString();
        if (header is "" or "*") return null;
        return header.Length > 2 && header[0] == '"' && header.IndexOf('"', 1) == header.Length - 1 ? header[1..^1] : throw NoETag(header);
    }

    static Act Bind(Act act, string version) => act.Route.Version switch
    {
        VersionForm.Text => act with { IfState = version },
        VersionForm.Number => long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? act with { IfVersion = number } : throw NoETag($"\"{version}\""),
        _ => throw new QueryFault("If-Match goes with what has an ETag: alerts and incidents."),
    };

    static QueryFault NoETag(string header) => new($"If-Match is {header}, but must be an ETag as this server gave it, such as \"3\".");

    static async Task<ReadOnlyMemory<byte>> BodyAsync(HttpRequest request, CancellationToken stop)
    {
        if (request.ContentLength is 0) return default;
        using var body = new MemoryStream();
        var buffer = new byte[16 << 10];
        for (int read; (read = await request.Body.ReadAsync(buffer, stop)) > 0;)
        {
            if (body.Length + read > LargestBody) throw new QueryFault("The body is larger than 1 MiB.", StatusCodes.Status413PayloadTooLarge);
            body.Write(buffer, 0, read);
        }
        if (body.Length > 0 && request.ContentType?.StartsWith(MediaTypeNames.Application.Json, StringComparison.OrdinalIgnoreCase) is not true)
            throw new QueryFault("The body must be application/json.", StatusCodes.Status415UnsupportedMediaType);
        return body.ToArray();
    }
}
