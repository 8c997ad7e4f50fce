using System.Runtime.CompilerServices;
using AuditWatch.Ingest.Sources.Doctor;
using AuditWatch.Server.Configuration;

namespace AuditWatch.Server.Sources;

/// <summary>Examines the configured sources of a type, beside a running server or without one.</summary>
public static class SourceDoctor
{
    /// <summary>What was tried of each source, in the order of the configuration, as rows.</summary>
    public static async IAsyncEnumerable<(bool IsFailed, ReadOnlyMemory<byte> Row)> ExamineAsync(AuditWatchConfig config, string type, string? name, [EnumeratorCancellation] CancellationToken stop)
    {
        var sources = config.Sources.Where(s => s.Type == type && (name is null || s.Name == name)).ToList();
        if (sources.Count == 0)
            throw new Queries.QueryFault($"The configuration has no source of type {type}{(name is null ? "" : $" called '{name}'")}. Name the file with --config.");
        foreach (var source in sources)
        {
            if (type == "kafka")
            {
                var checks = await Task.Run(() => KafkaDoctor.Examine(SourceOptions.Kafka(source, "auditwatch-doctor")).ToList(), stop);
                foreach (var check in checks) yield return (check.IsFailed, Write(source.Name, check));
            }
            else
            {
                await foreach (var check in EventHubsDoctor.ExamineAsync(SourceOptions.EventHubs(source, "auditwatch-doctor"), stop)) yield return (check.IsFailed, Write(source.Name, check));
            }
        }
    }

    static ReadOnlyMemory<byte> Write(string source, DoctorCheck check) => Queries.Rows.Write(json =>
    {
        json.WriteString("source", source);
        json.WriteString("check", check.Check);
        json.WriteString("state", check.State);
        json.WriteString("detail", check.Detail);
        if (check.Event is not { } decoded) return;
        json.WritePropertyName("event");
        json.WriteRawValue(decoded);
    });
}
