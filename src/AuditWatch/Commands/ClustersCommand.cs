using System.CommandLine;
using System.Text.Json;
using AuditWatch.Cli.Output;
using AuditWatch.Server.Configuration;
using AuditWatch.Server.Queries;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch clusters add|revoke|list</c></summary>
internal static class ClustersCommand
{
    public static Command Build(Terminal terminal) => new("clusters", "Clusters that may send events, and their credentials.")
    {
        Add(terminal),
        Revoke(terminal),
        Listing.List(terminal, "list", "Clusters with a credential.", "clusters", [], "cluster", "client_cn", "created"),
    };

    static Command Add(Terminal terminal)
    {
        var command = new Command("add", "Makes a cluster's bearer token and prints a ready webhook kubeconfig and the API server's flags. From the first one on, every post needs a credential.");
        var place = new DataOrServer();
        place.AddTo(command);
        var name = new Argument<string>("NAME") { Description = "The cluster's name, as in its ingest URL." };
        var clientCn = new Option<string?>("--client-cn") { Description = "CN that its client certificate must have. Default: the name.", HelpName = "CN" };
        var url = new Option<string?>("--url") { Description = "Where the API server reaches this server, for instance https://auditwatch.example:9443.", HelpName = "URL" };
        var ca = new Option<string?>("--ca") { Description = "PEM file with the authority of this server's certificate, put into the kubeconfig.", HelpName = "FILE" };
        var format = OutputOptions.Format();
        command.Add(name);
        command.Add(clientCn);
        command.Add(url);
        command.Add(ca);
        command.Add(format);
        command.SetAction(async (parse, stop) =>
        {
            var cluster = parse.GetRequiredValue(name);
            if (!ClusterName.IsValid(cluster)) throw new CommandFault(ExitCode.Usage, $"The name '{cluster}' {ClusterName.Rule}");
            await using var queries = await place.OpenOrMakeAsync(parse, stop);
            var caPem = parse.GetValue(ca) is { } file ? ReadPem(file) : null;
            var answer = await Listing.AskAsync(() => queries.AddClusterAsync(new NewCluster(cluster, parse.GetValue(clientCn), parse.GetValue(url), caPem), stop));
            if (OutputOptions.Choose(parse.GetValue(format), terminal) == OutputFormat.Table) Explain(terminal, answer);
            else terminal.Result(answer.Span);
            return ExitCode.Done;
        });
        return command;
    }

    static Command Revoke(Terminal terminal)
    {
        var command = new Command("revoke", "Takes a cluster's bearer tokens back, at once and for good. To change a token without a gap: clusters add, give the new one to the API servers, then revoke the old.");
        var place = new DataOrServer();
        place.AddTo(command);
        var name = new Argument<string>("NAME") { Description = "The cluster's name." };
        var olderThan = new Option<string?>("--older-than") { Description = "Only tokens made longer ago than this, such as 1h. Default: all.", HelpName = "DURATION" };
        command.Add(name);
        command.Add(olderThan);
        command.SetAction(async (parse, stop) =>
        {
            await using var queries = await place.OpenAsync(parse, stop);
            var body = ActBody.Write(new RevokeClusterBody { OlderThan = parse.GetValue(olderThan) });
            terminal.Result((await Listing.AskAsync(() => queries.ActAsync(new Act(Acts.RevokeClusterTokens, parse.GetRequiredValue(name), body), stop))).Json.Span);
            return ExitCode.Done;
        });
        return command;
    }

    static string ReadPem(string file)
    {
        try
        {
            var text = File.ReadAllText(file);
            return text.Contains("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal) ? text : throw new CommandFault(ExitCode.Usage, $"--ca '{file}' holds no PEM certificate.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandFault(ExitCode.Usage, $"--ca '{file}' cannot be read: {fault.Message}");
        }
    }

    static void Explain(Terminal terminal, ReadOnlyMemory<byte> answer)
    {
        using var json = JsonDocument.Parse(answer);
        terminal.Note("The token is shown this once; the server keeps only its hash.");
        terminal.Result($"token: {json.RootElement.GetProperty("token").GetString()}");
        terminal.Note("");
        terminal.Note("Save this as the API server's --audit-webhook-config-file:");
        terminal.Result(json.RootElement.GetProperty("kubeconfig").GetString()!);
        terminal.Note("Start kube-apiserver with:");
        foreach (var flag in json.RootElement.GetProperty("flags").EnumerateArray()) terminal.Result("  " + flag.GetString());
    }
}
