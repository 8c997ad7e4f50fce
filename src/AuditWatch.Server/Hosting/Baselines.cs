using AuditWatch.Detection;
using AuditWatch.Detection.Knowledge;
using AuditWatch.Server.Configuration;

namespace AuditWatch.Server.Hosting;

/// <summary>Reads the snapshots that the configuration names, and says what becomes of each. One that cannot be read keeps nothing from running: what it would have told stays unknown.</summary>
static class Baselines
{
    public static Func<string, ClusterBaseline?> Read(AuditWatchConfig config, Action<string> say)
    {
        var read = new Dictionary<string, ClusterBaseline>(StringComparer.Ordinal);
        foreach (var (cluster, files) in config.Baselines)
        {
            try
            {
                var baseline = read[cluster] = ClusterBaseline.Read(files);
                say($"Snapshot of {cluster}: {baseline.Count} objects of {DateTimeOffset.FromUnixTimeMilliseconds(baseline.TakenMicros / 1000):yyyy-MM-dd HH:mm:ss}Z, {(baseline.HasAllBindings ? "with all bindings" : "not with all bindings")}; {baseline.PassedOver} of other kinds are passed over.");
            }
            catch (BaselineException fault)
            {
                say($"The snapshot of {cluster} is not used. {fault.Message}");
            }
        }

        return name => read.GetValueOrDefault(name);
    }

    /// <summary>After the engine took over its state.</summary>
    public static void SayTooOld(DetectionEngine engine, Action<string> say)
    {
        foreach (var (cluster, figures) in engine.Reasoning)
            if (figures.BaselineIsTooOld) say($"The snapshot of {cluster} is not used: events after it were judged already, and nobody knows what was deleted since. Stop the server, take the snapshot, start the server.");
    }
}
