using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Tests.Elasticsearch;

/// <summary>
/// Answers as Kibana's documentation and importer do, keeps what is imported for each space, and records every request. It is no Kibana: what it does not check
/// (whether a dashboard draws) the checker of the dashboards does.
/// </summary>
internal sealed class RecordedKibana : IAsyncDisposable
{
    readonly WebApplication _app;
    readonly List<string> _requests = [];

    RecordedKibana(WebApplication app) => _app = app;

    public string Url { get; private set; } = "";

    public string Version { get; set; } = "9.2.0";

    /// <summary>The credential that it wants; null: none.</summary>
    public string? Authorization { get; set; }

    /// <summary>Answers every import with this status and body instead.</summary>
    public (int Status, string Body)? ImportAnswer { get; set; }

    public Dictionary<string, Dictionary<string, JsonObject>> Spaces { get; } = new() { ["default"] = [], ["soc"] = [] };

    public Dictionary<string, JsonNode> Rules { get; } = [];

    /// <summary>Method, path and what matters of the headers of every request.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_requests) return [.. _requests];
        }
    }

    public static async Task<RecordedKibana> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var kibana = new RecordedKibana(app);
        app.Run(kibana.AnswerAsync);
        await app.StartAsync();
        kibana.Url = app.Urls.Single();
        return kibana;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    async Task AnswerAsync(HttpContext context)
    {
        var (request, path) = (context.Request, context.Request.Path.Value!);
        var isForm = request.HasFormContentType;
        var file = isForm ? (await request.ReadFormAsync()).Files.Single() : null;
        lock (_requests) _requests.Add($"{request.Method} {path}{request.QueryString}{(file is null ? "" : $" {file.Name}={file.FileName}")}");
        if (Authorization is not null && request.Headers.Authorization != Authorization)
        {
            await WriteAsync(context, 401, """{"statusCode":401,"error":"Unauthorized","message":"[security_exception]: unable to authenticate"}""");
            return;
        }
        if (request.Method != "GET" && request.Headers["kbn-xsrf"].Count == 0)
        {
            await WriteAsync(context, 400, """{"statusCode":400,"error":"Bad Request","message":"Request must contain a kbn-xsrf header."}""");
            return;
        }
        var space = "default";
        if (path.StartsWith("/s/", StringComparison.Ordinal))
        {
            space = path.Split('/')[2];
            path = path[$"/s/{space}".Length..];
        }
        var (status, body) = (request.Method, path) switch
        {
            ("GET", "/api/status") => (200, JsonSerializer.Serialize(new { name = "kibana", version = new { number = Version } })),
            ("GET", var p) when p.StartsWith("/api/spaces/space/", StringComparison.Ordinal) => Spaces.ContainsKey(p.Split('/')[^1]) ? (200, "{}") : (404, """{"statusCode":404,"error":"Not Found","message":"Not Found"}"""),
            ("POST", "/api/saved_objects/_export") => Export(space, (await JsonNode.ParseAsync(request.Body))!),
            ("POST", "/api/saved_objects/_import") => ImportAnswer ?? Import(space, await TextAsync(file!)),
            ("GET", "/api/detection_engine/rules") => Rules.ContainsKey(request.Query["rule_id"]!) ? (200, "{}") : (404, """{"message":"rule_id not found","status_code":404}"""),
            ("POST", "/api/detection_engine/rules/_import") => Rule(await TextAsync(file!)),
            _ => (404, """{"statusCode":404,"error":"Not Found","message":"Not Found"}"""),
        };
        await WriteAsync(context, status, body);
    }

    (int, string) Export(string space, JsonNode asked)
    {
        var keys = asked["objects"]!.AsArray().Select(o => $"{(string)o!["type"]!}:{(string)o["id"]!}").ToList();
        var missing = keys.Where(k => !Spaces[space].ContainsKey(k)).ToList();
        if (missing.Count > 0)
        {
            var objects = missing.Select(k => new { type = k.Split(':')[0], id = k.Split(':')[1], error = new { statusCode = 404, error = "Not Found", message = $"Saved object [{k}] not found" } });
            return (400, JsonSerializer.Serialize(new { statusCode = 400, error = "Bad Request", message = "Error fetching objects to export", attributes = new { objects } }));
        }
        // What Kibana adds and moves when it writes an object anew.
        return (200, string.Join('\n', keys.Select(k =>
        {
            var copy = Spaces[space][k].DeepClone().AsObject();
            copy["updated_at"] = "2026-11-25T00:00:00.000Z";
            copy["version"] = "WzEsMV0=";
            if (k.StartsWith("dashboard", StringComparison.Ordinal)) copy["typeMigrationVersion"] = "10.3.0";
            return copy.ToJsonString();
        })));
    }

    (int, string) Import(string space, string ndjson)
    {
        var objects = ndjson.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!.AsObject()).ToList();
        var ids = objects.Select(o => $"{(string)o["type"]!}:{(string)o["id"]!}").ToList();
        var errors = new JsonArray();
        foreach (var item in objects)
            foreach (var reference in item["references"]!.AsArray())
            {
                var key = $"{(string)reference!["type"]!}:{(string)reference["id"]!}";
                if (((string)reference["type"]!) is "index-pattern" or "search" && !ids.Contains(key) && !Spaces[space].ContainsKey(key))
                    errors.Add(new JsonObject { ["type"] = (string)item["type"]!, ["id"] = (string)item["id"]!, ["error"] = new JsonObject { ["type"] = "missing_references" } });
            }
        // One missing reference, and nothing at all is created.
        if (errors.Count == 0)
            foreach (var (item, key) in objects.Zip(ids)) Spaces[space][key] = item.DeepClone().AsObject();
        return (200, new JsonObject { ["success"] = errors.Count == 0, ["successCount"] = errors.Count == 0 ? objects.Count : 0, ["errors"] = errors }.ToJsonString());
    }

    (int, string) Rule(string ndjson)
    {
        var rule = JsonNode.Parse(ndjson)!;
        foreach (var member in new[] { "rule_id", "name", "description", "severity", "risk_score", "type" })
            if (rule[member] is null) return (200, """{"success":false,"success_count":0,"errors":[]}""");
        Rules[(string)rule["rule_id"]!] = rule;
        return (200, """{"success":true,"success_count":1,"rules_count":1,"errors":[]}""");
    }

    static async Task<string> TextAsync(IFormFile file)
    {
        using var text = new StreamReader(file.OpenReadStream(), Encoding.UTF8);
        return await text.ReadToEndAsync();
    }

    static Task WriteAsync(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.WriteAsync(body);
    }
}
