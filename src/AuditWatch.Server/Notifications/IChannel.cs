namespace AuditWatch.Server.Notifications;

/// <summary>
/// Says a message to somebody outside. Returns when it was taken; throws <see cref="ChannelRefusedException"/> when it will never be, anything else when it may be
/// later.
/// </summary>
interface IChannel
{
    Task SendAsync(OutgoingMessage message, CancellationToken stop);
}

/// <summary>The receiver understood the message and will not take it: trying again is of no use before somebody changes something.</summary>
sealed class ChannelRefusedException(string message) : Exception(message);
