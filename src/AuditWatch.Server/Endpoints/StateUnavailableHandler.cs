using AuditWatch.Storage.State;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace AuditWatch.Server.Endpoints;

/// <summary>While the state's server does not answer, callers are told so and to come again; it is nobody's bug.</summary>
sealed class StateUnavailableHandler : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken stop)
    {
        if (exception is not StateUnavailableException fault) return false;
        context.Response.Headers.RetryAfter = "5";
        await Results.Problem(fault.Message, statusCode: StatusCodes.Status503ServiceUnavailable).ExecuteAsync(context);
        return true;
    }
}
