using System.CommandLine;
using AuditWatch.Cli.Commands;
using AuditWatch.Cli.Output;
using AuditWatch.Server.Hosting;
using AuditWatch.Storage.Index;
using AuditWatch.Storage.State;

namespace AuditWatch.Cli;

/// <summary>The way of a command: parse → the command's class under Commands/ → results on stdout, everything else on stderr → an <see cref="ExitCode"/>.</summary>
internal sealed class CommandRun(ParseResult parse, Terminal terminal)
{
    public static CommandRun Of(string[] arguments, Terminal terminal) => new(CommandTree.Build(terminal).Parse(arguments), terminal);

    /// <summary>Whether it has something to bring to an end when it is interrupted.</summary>
    public bool Drains => CommandTree.Drains(parse);

    public async Task<int> ToEndAsync(CancellationToken interrupt)
    {
        if (parse.Errors.Count > 0) return Misused();
        try
        {
            var code = await parse.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, interrupt);
            terminal.Flush();
            return code;
        }
        catch (CommandFault fault)
        {
            terminal.Error(fault.Message);
            return fault.ExitCode;
        }
        catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception fault) when (fault is IndexUnusableException or IndexBusyException or StateSchemaException or StateUnavailableException or StartFault or IOException or UnauthorizedAccessException)
        {
            terminal.Error(fault.Message);
            return fault is IndexBusyException or StateUnavailableException ? ExitCode.OutOfReach : ExitCode.Usage;
        }
        catch (Exception fault)
        {
            terminal.Error($"This should not have happened, please report it: {fault}");
            return ExitCode.Usage;
        }
        finally
        {
            FlushWhatIsLeft();
        }
    }

    /// <summary>Of a command that ends early: what it found is shown, and why it ended is what counts.</summary>
    public void FlushWhatIsLeft()
    {
        try
        {
            terminal.Flush();
        }
        catch (CommandFault)
        {
            // The results that are lost were cut short anyway.
        }
    }

    int Misused()
    {
        foreach (var error in UsageFaults.Of(parse)) terminal.Error(error);
        terminal.Note($"Try '{string.Join(' ', CommandTree.PathOf(parse).Prepend("auditwatch"))} --help'.");
        return ExitCode.Usage;
    }
}
