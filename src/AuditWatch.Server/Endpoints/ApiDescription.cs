using System.Net.Mime;
using System.Text.Json.Nodes;
using AuditWatch.Server.Queries;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace AuditWatch.Server.Endpoints;

/// <summary>Writes into <c>/openapi/v1.json</c> what the routes' delegates cannot say: filters, pages, and the versions that go out as ETag and come back as If-Match.</summary>
static class ApiDescription
{
    const string Ok = "200";

    public static Task AddAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken stop)
    {
        foreach (var form in context.Description.ActionDescriptor.EndpointMetadata)
        {
            if (form is ListForm list) AddList(operation, list);
            if (form is ActRoute { Version: not null } act) AddVersion(operation, act);
            if (form is ShownVersion) AddETag(operation);
        }
        return Task.CompletedTask;
    }

    static void AddList(OpenApiOperation operation, ListForm list)
    {
        foreach (var filter in list.Filters) Add(operation, filter);
        Add(operation, new("limit", "At most so many rows; 0 for all. Default 1000.") { IsNumber = true });
        Add(operation, new("cursor", "The 'next' of the page before; it belongs to the same filters."));
        if (operation.Responses?[Ok] is not OpenApiResponse { Content: { } content }) return;
        content[MediaTypeNames.Application.Json].Schema = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Required = new HashSet<string> { "items", "next" },
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["items"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Array,
                    Items = new OpenApiSchema { Type = JsonSchemaType.Object, Required = list.RowHas.ToHashSet(), Properties = list.RowHas.ToDictionary(name => name, IOpenApiSchema (_) => new OpenApiSchema()) },
                },
                ["next"] = new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Null, Description = "The next page's cursor; null on the last." },
            },
        };
    }

    static void AddVersion(OpenApiOperation operation, ActRoute act)
    {
        if (!act.Path.Contains("{id}", StringComparison.Ordinal)) return;
        (operation.Parameters ??= []).Add(new OpenApiParameter
        {
            Name = "If-Match", In = ParameterLocation.Header, Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            Description = "The ETag that was seen: what is another by now is not changed, and the answer 412 says by what.",
        });
        AddETag(operation);
    }

    static void AddETag(OpenApiOperation operation)
    {
        if (operation.Responses?[Ok] is OpenApiResponse response)
            (response.Headers ??= new Dictionary<string, IOpenApiHeader>())["ETag"] = new OpenApiHeader { Description = "Its version, for If-Match.", Schema = new OpenApiSchema { Type = JsonSchemaType.String } };
    }

    static void Add(OpenApiOperation operation, FilterForm filter) => (operation.Parameters ??= []).Add(new OpenApiParameter
    {
        Name = filter.Name, In = ParameterLocation.Query, Description = filter.Description,
        Schema = new OpenApiSchema
        {
            Type = filter.IsNumber ? JsonSchemaType.Integer : JsonSchemaType.String,
            Enum = filter.Words.Length == 0 ? null : [.. filter.Words.Select(word => (JsonNode)word)],
        },
    });
}
