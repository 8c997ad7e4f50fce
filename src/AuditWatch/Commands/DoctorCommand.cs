using System.CommandLine;
using AuditWatch.Cli.Output;
using AuditWatch.Server.Queries;
using AuditWatch.Server.Sources;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch doctor eventhubs|kafka|server</c>: whether a source could read, and if not, why.</summary>
internal static class DoctorCommand
{
    public static Command Build(Terminal terminal) => new("doctor", "Tries what a configured source needs: address, trust, login, rights, and one message.")
    {
        Of(terminal, "eventhubs", "Tries the configured Event Hubs sources. Moves no checkpoint and takes no partition from anybody."),
        Of(terminal, "kafka", "Tries the configured Kafka sources. Joins no group and commits nothing."),
        DoctorServer.Build(terminal),
    };

    static Command Of(Terminal terminal, string type, string description)
    {
        var command = new Command(type, description);
        var options = new ConfigOptions(serving: false);
        options.AddTo(command);
        var name = new Option<string?>("--source") { Description = "Only this source.", HelpName = "NAME" };
        command.Add(name);
        var format = OutputOptions.Format();
        command.Add(format);
        command.SetAction(async (parse, stop) =>
        {
            var isFailed = false;
            var writer = new RowWriter(terminal, OutputOptions.Choose(parse.GetValue(format), terminal), "source", "check", "state", "detail");
            try
            {
                await foreach (var (failed, row) in SourceDoctor.ExamineAsync(options.Load(parse), type, parse.GetValue(name), stop))
                {
                    isFailed |= failed;
                    writer.Write(row);
                }

                writer.End();
            }
            catch (QueryFault fault)
            {
                throw new CommandFault(ExitCode.Usage, fault.Message);
            }

            return isFailed ? ExitCode.OutOfReach : ExitCode.Done;
        });
        return command;
    }
}
