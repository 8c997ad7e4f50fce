using System.CommandLine;
using AuditWatch.Server.Hosting;
using AuditWatch.Server.Queries;

namespace AuditWatch.Cli.Commands;

/// <summary><c>--data DIR | --server URL</c>, with the token for a server, and the configuration that says where a data folder's state is.</summary>
internal sealed class DataOrServer
{
    readonly Option<string?> _data = new("--data") { Description = "The data folder of a server that is not running. Default auditwatch-data.", HelpName = "DIR" };
    readonly Option<string?> _server = new("--server") { Description = "A running server, for instance http://127.0.0.1:9443.", HelpName = "URL" };
    readonly ConfigOptions _config = new(serving: false);
    readonly Option<string?> _tokenFile = new("--token-file") { Description = "File with the server's API token; else the variable AUDITWATCH_TOKEN.", HelpName = "FILE" };

    /// <summary>The configuration option, for a command that needs it for more.</summary>
    public ConfigOptions Config => _config;

    public void AddTo(Command command)
    {
        command.Add(_data);
        _config.AddTo(command);
        command.Add(_server);
        command.Add(_tokenFile);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_data) is { Implicit: false } && result.GetResult(_server) is { Implicit: false }) result.AddError("Give --data or --server, not both.");
        });
    }

    /// <summary>Opens what was asked for. Exit 4 when the folder is in use or the server is out of reach.</summary>
    public async Task<IQueries> OpenAsync(ParseResult parse, CancellationToken stop)
    {
        if (parse.GetValue(_server) is { } server) return new RemoteQueries(server, Token(parse));
        var (data, state) = _config.LoadPlace(parse);
        var path = parse.GetValue(_data) ?? data;
        if (!Directory.Exists(path)) throw new CommandFault(ExitCode.Usage, $"There is no data folder '{path}'. Name one with --data DIR, or a running server with --server URL.");
        try
        {
            return await LocalQueries.OpenAsync(path, state, stop);
        }
        catch (DataFolderInUseException fault)
        {
            throw new CommandFault(ExitCode.OutOfReach, fault.Message);
        }
    }

    /// <summary>As <see cref="OpenAsync"/>, but makes the data folder when there is none.</summary>
    public Task<IQueries> OpenOrMakeAsync(ParseResult parse, CancellationToken stop)
    {
        if (parse.GetValue(_server) is null) Directory.CreateDirectory(parse.GetValue(_data) ?? _config.LoadPlace(parse).Data);
        return OpenAsync(parse, stop);
    }

    string? Token(ParseResult parse)
    {
        if (parse.GetValue(_tokenFile) is not { } file) return Environment.GetEnvironmentVariable("AUDITWATCH_TOKEN");
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandFault(ExitCode.Usage, $"--token-file '{file}' cannot be read: {fault.Message}");
        }
    }
}
