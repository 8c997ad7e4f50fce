using Microsoft.Extensions.Hosting;

namespace AuditWatch.Server.Hosting;

/// <summary>Whoever started the server decides when it ends: the host listens to no signals of its own, so there is one order of events at a signal and one exit code.</summary>
sealed class CallersLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
