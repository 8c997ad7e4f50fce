using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Bus;

/// <summary>
/// Ends the process when the bus does not come back although the broker takes us: a broker that dies while a process connects to it can leave the bus waiting for a connection that it
/// never makes again. Whoever runs the process starts it again; alerts wait in the outbox and in their queues. While the broker is away, or refuses us, nothing is ended.
/// </summary>
sealed partial class BusWatch(Func<bool> isConnected, Func<CancellationToken, Task> tryBroker, TimeProvider clock, ILogger<BusWatch> log) : BackgroundService
{
    // Longer together than the bus ever waits between two attempts of its own.
    const int Most = 3;
    static readonly TimeSpan s_every = TimeSpan.FromMinutes(1), s_patience = TimeSpan.FromSeconds(20);

    /// <summary>How long a bus that hangs is given.</summary>
    public static TimeSpan Patience => Most * s_every;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        using var timer = new PeriodicTimer(s_every, clock);
        var taken = 0;
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                taken = !isConnected() && await IsTakenAsync(stoppingToken) && !isConnected() ? taken + 1 : 0;
                if (taken < Most) continue;
                Hangs(log, Patience.TotalMinutes);
                throw new InvalidOperationException($"The bus has not connected for {Patience.TotalMinutes} minutes, though RabbitMQ takes connections.");
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    async Task<bool> IsTakenAsync(CancellationToken stop)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(s_patience);
        try
        {
            await tryBroker(deadline.Token).WaitAsync(deadline.Token);
            return true;
        }
        catch (Exception) when (!stop.IsCancellationRequested)
        {
            return false;   // the bus itself says why, at each of its attempts
        }
    }

    [LoggerMessage(3104, LogLevel.Critical, "The bus has not connected for {Minutes} minutes, though RabbitMQ takes connections: it hangs. The process ends, to be started again; no alert is lost.")]
    static partial void Hangs(ILogger log, double minutes);
}
