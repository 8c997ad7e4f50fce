using System.CommandLine;
using System.Text.Json;
using AuditWatch.Cli.Output;
using AuditWatch.Server.Configuration;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch config show</c>: the configuration as file, environment and flags make it, secrets never among it.</summary>
internal static class ConfigCommand
{
    public static Command Build(Terminal terminal)
    {
        var show = new Command("show", "The configuration in force, as file, environment and flags make it together.");
        var options = new ConfigOptions(serving: true);
        options.AddTo(show);
        show.Add(OutputOptions.Format());
        show.SetAction(parse =>
        {
            terminal.Result(ConfigPrinter.ToJson(options.Load(parse)));
            return ExitCode.Done;
        });
        return new Command("config", "The configuration.") { show };
    }
}
