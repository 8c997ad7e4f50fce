using System.CommandLine;
using AuditWatch.Cli.Output;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch sources status</c></summary>
internal static class SourcesCommand
{
    public static Command Build(Terminal terminal) => new("sources", "Where events come from.")
    {
        Listing.List(terminal, "status", "What each source delivered, and when last.", "sources", [],
            "source", "type", "cluster", "state", "events", "last_received", "last_position", "lag", "last_error"),
    };
}
