using System.CommandLine;
using System.Text.Json;
using AuditWatch.Cli.Output;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Journal.Kafka;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch journal verify|stats|export</c>: straight from the segment files or the topic, whether a server runs or not.</summary>
internal static class JournalCommand
{
    static readonly string[] Kinds = ["audit", "falco", "access", "quarantine", "health"];

    public static Command Build(Terminal terminal) => new("journal", "The durable record of everything received.") { Verify(terminal), Stats(terminal), Export(terminal) };

    static Command Verify(Terminal terminal)
    {
        var command = new Command("verify", "Checks every frame's checksum and the hash chain. Exit 1 when something is not as it was written.");
        var place = new JournalPlace(command);
        command.SetAction(async (parse, stop) =>
        {
            if (place.Topic(parse) is { } topic) return Tell(terminal, await KafkaJournalVerifier.VerifyAsync(topic, stop));
            var report = JournalVerifier.Verify(place.Folder(parse), stop);
            foreach (var finding in report.Findings) terminal.Error(finding.ToString());
            if (report.MoreFindings > 0) terminal.Error($"{report.MoreFindings} more findings.");
            if (report.TailBytes > 0) terminal.Note($"{report.TailBytes} bytes at the end are an unfinished write: under way, or cut off at the next start.");
            terminal.Note($"{report.Segments} segments, {report.Frames} frames, {report.Records} records, {report.RawBytes} bytes unpacked: {(report.IsWhole ? "whole" : "damaged")}.");
            return report.IsWhole ? ExitCode.Done : ExitCode.Found;
        });
        return command;
    }

    static int Tell(Terminal terminal, KafkaVerifyReport report)
    {
        foreach (var finding in report.Findings) terminal.Error(finding.ToString());
        if (report.MoreFindings > 0) terminal.Error($"{report.MoreFindings} more findings.");
        if (report.Cut > 0) terminal.Note($"{report.Cut} chains begin in the middle: the topic's retention removed what was before.");
        if (report.Unfinished > 0) terminal.Note($"{report.Unfinished} large frames are unfinished: under way, or their producer was stopped; nobody was told that they were taken.");
        terminal.Note($"{report.Partitions} partitions, {report.Producers} producers, {report.Frames} frames, {report.Records} records ({report.Repeats} of them repeats), {report.RawBytes} bytes unpacked: {(report.IsWhole ? "whole" : "damaged")}.");
        return report.IsWhole ? ExitCode.Done : ExitCode.Found;
    }

    static Command Stats(Terminal terminal)
    {
        var command = new Command("stats", "What the journal holds, by kind, cluster and source.");
        var place = new JournalPlace(command);
        var format = OutputOptions.Format();
        command.Add(format);
        command.SetAction(async (parse, stop) =>
        {
            var topic = place.Topic(parse);
            var (groups, unreadable, size) = topic is not null ? Of(await KafkaJournalStats.ReadAsync(topic, stop)) : Of(JournalStats.Read(place.Folder(parse), stop));
            var writer = new RowWriter(terminal, OutputOptions.Choose(parse.GetValue(format), terminal), "kind", "cluster", "source", "frames", "records", "raw_bytes", "packed_bytes", "first_received", "last_received");
            foreach (var group in groups) writer.Write(JsonSerializer.SerializeToUtf8Bytes(Row(group)));
            writer.End();
            terminal.Note($"{size}{(unreadable > 0 ? $", {unreadable} bytes unreadable (run 'auditwatch journal verify')" : "")}.");
            return ExitCode.Done;
        });
        return command;
    }

    static (IReadOnlyList<JournalStatsGroup> Groups, long Unreadable, string Size) Of(JournalStats stats) => (stats.Groups, stats.UnreadableBytes, $"{stats.Segments} segments, {stats.DiskBytes} bytes on disk");

    static (IReadOnlyList<JournalStatsGroup> Groups, long Unreadable, string Size) Of(KafkaJournalStats stats) =>
        (stats.Groups, stats.UnreadableBytes, $"{stats.Partitions.Count} partitions (offsets {string.Join(", ", stats.Partitions.Select(p => $"{p.Partition}: {p.Low} to {p.High}"))}), {stats.Bytes} bytes");

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
        var place = new JournalPlace(command);
        var cluster = new Option<string?>("--cluster") { Description = "Only this cluster.", HelpName = "NAME" };
        var kind = new Option<string>("--kind") { Description = "audit (default), falco, access, quarantine or health.", DefaultValueFactory = _ => "audit" };
        kind.AcceptOnlyFromAmong(Kinds);
        var format = OutputOptions.Format();
        var limit = OutputOptions.Limit(0);
        foreach (var option in new Option[] { cluster, kind, format, limit }) command.Add(option);
        command.SetAction(async (parse, stop) =>
        {
            var wanted = Enum.Parse<RecordKind>(parse.GetValue(kind)!, ignoreCase: true);
            var topic = place.Topic(parse);
            string[] at = topic is null ? ["segment", "frame", "index"] : ["topic", "partition", "offset", "index"];
            var writer = new RowWriter(terminal, OutputOptions.Choose(parse.GetValue(format), terminal), [.. at, "cluster", "source", "received", "event.verb", "event.requestURI"]);
            using var lines = new LineStream(writer.Write);
            var damage = new List<JournalDamage>();
            if (topic is null) damage.AddRange((await JournalExport.WriteAsync(place.Folder(parse), lines, wanted, parse.GetValue(cluster), parse.GetValue(limit), stop)).Damage);
            else
            {
                var partitions = await KafkaJournal.ReadersAsync(topic, damage.Add, stop);
                await JournalExport.WriteAsync(partitions, lines, wanted, parse.GetValue(cluster), parse.GetValue(limit), stop);
                foreach (var partition in partitions) await partition.DisposeAsync();
            }
            writer.End();
            foreach (var finding in damage) terminal.Error(finding.ToString());
            return damage.Count > 0 ? ExitCode.Unreadable : ExitCode.Done;
        });
        return command;
    }
}
