using System.Globalization;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace AuditWatch.Server.Notifications;

/// <summary>A plain-text mail. Alert text is cleaned to one line before it comes near a header, and MimeKit encodes it there.</summary>
sealed class MailChannel(TimeProvider clock) : IChannel
{
    public async Task SendAsync(OutgoingMessage message, CancellationToken stop)
    {
        var settings = message.Route.Settings;
        using var mail = Compose(message, settings);
        using var client = new SmtpClient { Timeout = 15_000 };
        try
        {
            var tls = settings["tls"] switch { "none" => SecureSocketOptions.None, "tls" => SecureSocketOptions.SslOnConnect, _ => SecureSocketOptions.StartTls };
            var port = int.Parse(settings.GetValueOrDefault("port") ?? (settings["tls"] == "tls" ? "465" : "587"), CultureInfo.InvariantCulture);
            await client.ConnectAsync(settings["host"], port, tls, stop);
            if (settings.GetValueOrDefault("username") is { } user) await client.AuthenticateAsync(user, (await File.ReadAllTextAsync(settings["password_file"], stop)).Trim(), stop);
            await client.SendAsync(mail, stop);
            await client.DisconnectAsync(quit: true, stop);
        }
        catch (SmtpCommandException fault) when ((int)fault.StatusCode >= 500)
        {
            throw new ChannelRefusedException($"The mail server refused: {(int)fault.StatusCode} {PlainText.Of(fault.Message, 200)}");
        }
        catch (AuthenticationException fault)
        {
            throw new ChannelRefusedException($"The mail server does not take the credentials: {PlainText.Of(fault.Message, 200)}");
        }
    }

    MimeMessage Compose(OutgoingMessage message, IReadOnlyDictionary<string, string> settings)
    {
        var mail = new MimeMessage { Subject = "[AuditWatch] " + message.Title, Date = clock.GetUtcNow(), MessageId = $"{message.Key}@auditwatch.invalid" };
        mail.From.Add(MailboxAddress.Parse(settings["from"]));
        foreach (var to in settings["to"].Split('\n')) mail.To.Add(MailboxAddress.Parse(to));
        mail.Headers.Add("Auto-Submitted", "auto-generated");
        mail.Body = new TextPart("plain") { Text = string.Join("\n", message.Lines) + "\n" };
        return mail;
    }
}
