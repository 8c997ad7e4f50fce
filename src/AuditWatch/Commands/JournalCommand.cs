using System.CommandLine;
using System.Text.Json;
using AuditWatch.Cli.Output;
using AuditWatch.Ingest.Journal;
using AuditWatch.Server.Hosting;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch journal verify|stats|export</c>: straight from the segment files, whether a server runs or not.</summary>
internal static class JournalCommand
{
    static readonly string[] Kinds = ["audit", "falco", "access", "quarantine", "health"];

    public static Command Build(Terminal terminal) => new("journal", "The durable record of everything received.") { Verify(terminal), Stats(terminal), Export(terminal) };

    static Option<string> Data() => new("--data") { Description = "The data folder. Default auditwatch-data.", HelpName = "DIR", DefaultValueFactory = _ => "auditwatch-data" };

    static string Folder(string data)
    {
        var folder = DataFolder.Look(data).Journal;
        return Directory.Exists(folder) ? folder : throw new CommandFault(ExitCode.Usage, $"'{data}' holds no journal. Name the server's data folder with --data DIR.");
    }

    static Command Verify(Terminal terminal)
    {
        var command = new Command("verify", "Checks every frame's checksum and the hash chain. Exit 1 when something is not as it was written.");
        var data = Data();
        command.Add(data);
        command.SetAction((parse, stop) =>
        {
            var report = JournalVerifier.Verify(Folder(parse.GetValue(data)!), stop);
            foreach (var finding in report.Findings) terminal.Error(finding.ToString());
            if (report.MoreFindings > 0) terminal.Error($"{report.MoreFindings} more findings.");
            if (report.TailBytes > 0) terminal.Note($"{report.TailBytes} bytes at the end are an unfinished write: under way, or cut off at the next start.");
            terminal.Note($"{report.Segments} segments, {report.Frames} frames, {report.Records} records, {report.RawBytes} bytes unpacked: {(report.IsWhole ? "whole" : "damaged")}.");
            return Task.FromResult(report.IsWhole ? ExitCode.Done : ExitCode.Found);
        });
        return command;
    }

    static Command Stats(Terminal terminal)
    {
        var command = new Command("stats", "What the journal holds, by kind, cluster and source.");
        var data = Data();
        var format = OutputOptions.Format();
        command.Add(data);
        command.Add(format);
        command.SetAction((parse, stop) =>
        {
            var stats = JournalStats.Read(Folder(parse.GetValue(data)!), stop);
            var writer = new RowWriter(terminal, OutputOptions.Choose(parse.GetValue(format), terminal), "kind", "cluster", "source", "frames", "records", "raw_bytes", "packed_bytes", "first_received", "last_received");
            foreach (var group in stats.Groups) writer.Write(JsonSerializer.SerializeToUtf8Bytes(Row(group)));
            writer.End();
            terminal.Note($"{stats.Segments} segments, {stats.DiskBytes} bytes on disk{(stats.UnreadableBytes > 0 ? $", {stats.UnreadableBytes} bytes unreadable (run 'auditwatch journal verify')" : "")}.");
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    static Dictionary<string, object> Row(JournalStatsGroup group) => new()
    {
        ["kind"] = group.Kind.ToString().ToLowerInvariant(),
        ["cluster"] = group.Cluster,
        ["source"] = group.Source,
        ["frames"] = group.Frames,
        ["records"] = group.Records,
        ["raw_bytes"] = group.RawBytes,
        ["packed_bytes"] = group.PackedBytes,
        ["first_received"] = Time(group.FirstReceivedMicros),
        ["last_received"] = Time(group.LastReceivedMicros),
    };

    static string Time(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture);

    static Command Export(Terminal terminal)
    {
        var command = new Command("export", "One line per journaled record, in journal order, as stored.");
        var data = Data();
        var cluster = new Option<string?>("--cluster") { Description = "Only this cluster.", HelpName = "NAME" };
        var kind = new Option<string>("--kind") { Description = "audit (default), falco, access, quarantine or health.", DefaultValueFactory = _ => "audit" };
        kind.AcceptOnlyFromAmong(Kinds);
        var format = OutputOptions.Format();
        var limit = OutputOptions.Limit(0);
        foreach (var option in new Option[] { data, cluster, kind, format, limit }) command.Add(option);
        command.SetAction(async (parse, stop) =>
        {
            var wanted = Enum.Parse<RecordKind>(parse.GetValue(kind)!, ignoreCase: true);
            var writer = new RowWriter(terminal, OutputOptions.Choose(parse.GetValue(format), terminal), "segment", "frame", "index", "cluster", "source", "received", "event.verb", "event.requestURI");
            using var lines = new LineStream(writer.Write);
            var (_, damage) = await JournalExport.WriteAsync(Folder(parse.GetValue(data)!), lines, wanted, parse.GetValue(cluster), parse.GetValue(limit), stop);
            writer.End();
            foreach (var finding in damage) terminal.Error(finding.ToString());
            return damage.Count > 0 ? ExitCode.Unreadable : ExitCode.Done;
        });
        return command;
    }
}
