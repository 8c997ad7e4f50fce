using System.Text;
using AuditWatch.Server.Queries;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace AuditWatch.Server.Access;

/// <summary>Answers a request under its access log: a read is recorded before its rows leave, a change before it is made and again with what came of it.</summary>
sealed class RecordedAnswer(AccessLog access)
{
    /// <param name="context">The request.</param>
    /// <param name="body">What it says beside its path and query: a statement, a body.</param>
    /// <param name="answer">Does what is asked. It may lower its count of rows to what it gives.</param>
    public async Task<IResult> AnswerAsync(HttpContext context, string? body, Func<Asker, Task<(IResult Result, long? Rows)>> answer)
    {
        var asker = context.Features.GetRequiredFeature<Asker>();
        var endpoint = context.GetEndpoint()!;
        var record = endpoint.Metadata.GetRequiredMetadata<AccessPolicy>().Record;
        var caller = context.Features.Get<Caller>();
        if (record == Recorded.Nothing)
        {
            var (given, _) = await answer(asker);
            if ((given as IStatusCodeHttpResult)?.StatusCode == StatusCodes.Status403Forbidden)
                await access.RefusedAsync(context, AccessGate.NameOf(endpoint), caller, StatusCodes.Status403Forbidden, ((given as IValueHttpResult)?.Value as Microsoft.AspNetCore.Mvc.ProblemDetails)?.Detail ?? "");
            return given;
        }
        var note = AccessNote.Of(context, "read", AccessGate.NameOf(endpoint), caller, Clusters(context, asker)) with { Body = body };
        if (record == Recorded.Change)
        {
            note = note with { Act = "change", Request = access.NextRequest() };
            if (await FailsAsync(note) is { } unwritable) return unwritable;
        }
        var (result, rows) = await answer(asker);
        note = note with { Status = (result as IStatusCodeHttpResult)?.StatusCode ?? 200, Rows = rows };
        if (record == Recorded.Read) return await FailsAsync(note) ?? result;
        await access.TryWriteAsync(note with { Act = "changed", Body = null, Query = "" });
        return result;
    }

    /// <summary>A body as the log keeps it.</summary>
    public static string? Text(ReadOnlyMemory<byte> utf8) => utf8.IsEmpty ? null : Encoding.UTF8.GetString(utf8.Span);

    // What was asked about: the one cluster that the filter names, or all that the caller may see.
    static string Clusters(HttpContext context, Asker asker) =>
        context.Request.Query.TryGetValue("cluster", out var named) && named.Count == 1 && named[0] is { Length: > 0 } one && Configuration.ClusterName.IsValid(one) ? one : asker.Scope.ToString();

    async Task<IResult?> FailsAsync(AccessNote note)
    {
        try
        {
            await access.WriteAsync(note);
            return null;
        }
        catch (IOException)
        {
            return new Unrecorded();
        }
    }

    sealed class Unrecorded : IResult, IStatusCodeHttpResult
    {
        public int? StatusCode => StatusCodes.Status503ServiceUnavailable;

        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.RetryAfter = "5";
            return Results.Problem("The journal cannot take the record of this access, so it is not answered. Make room on the disk and ask again.", statusCode: StatusCode).ExecuteAsync(httpContext);
        }
    }
}
