using System.CommandLine;
using System.Net;
using System.Net.Security;
using System.Text.Json;
using AuditWatch.Cli.Output;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch doctor server</c>: whether a server is ready, in words and exit code. It is the health check of containers, which have no shell.</summary>
internal static class DoctorServer
{
    static readonly TimeSpan s_within = TimeSpan.FromSeconds(4);

    public static Command Build(Terminal terminal)
    {
        var command = new Command("server", "Asks a server whether it is ready: exit code 0 when it is, 4 when it is not or does not answer.");
        var url = new Option<string>("--server") { Description = "The server. Default http://127.0.0.1:9443.", HelpName = "URL", DefaultValueFactory = _ => "http://127.0.0.1:9443" };
        command.Add(url);
        var format = OutputOptions.Format();
        command.Add(format);
        command.SetAction(async (parse, stop) =>
        {
            if (!Uri.TryCreate(parse.GetValue(url), UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https"))
                throw new CommandFault(ExitCode.Usage, $"--server '{parse.GetValue(url)}' is no URL such as https://127.0.0.1:9443.");
            var (isReady, checks) = await AskAsync(server, stop);
            var writer = new RowWriter(terminal, OutputOptions.Choose(parse.GetValue(format), terminal), "check", "state");
            foreach (var (name, state) in checks) writer.Write(JsonSerializer.SerializeToUtf8Bytes(new { check = name, state }));
            writer.End();
            return isReady ? ExitCode.Done : ExitCode.OutOfReach;
        });
        return command;
    }

    static async Task<(bool IsReady, IReadOnlyList<(string Check, string State)> Checks)> AskAsync(Uri server, CancellationToken stop)
    {
        // The certificate names the server as others know it, not this machine's loopback; nothing is sent, and what is read is public.
        using var handler = new SocketsHttpHandler();
        if (server.IsLoopback) handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, errors) => (errors & SslPolicyErrors.RemoteCertificateNotAvailable) == 0;
        using var http = new HttpClient(handler) { Timeout = s_within };
        try
        {
            using var answer = await http.GetAsync(new Uri(server, "/readyz?verbose"), stop);
            var text = await answer.Content.ReadAsStringAsync(stop);
            var checks = text.Split('\n').Where(line => line.StartsWith('[') && line.Length > 3).Select(line => (line[3..], line[1] == '+' ? "ok" : "failed")).ToList();
            return (answer.StatusCode == HttpStatusCode.OK, checks.Count > 0 ? checks : [("ready", answer.StatusCode == HttpStatusCode.OK ? "ok" : $"answered {(int)answer.StatusCode}")]);
        }
        catch (Exception fault) when (fault is HttpRequestException || (fault is TaskCanceledException && !stop.IsCancellationRequested))
        {
            throw new CommandFault(ExitCode.OutOfReach, $"{server.GetLeftPart(UriPartial.Authority)} does not answer: {fault.Message}");
        }
    }
}
