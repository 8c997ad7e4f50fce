namespace AuditWatch.Benchmarks.EndToEnd.Ingest;

/// <summary>What one way of taking events in managed.</summary>
internal readonly record struct IngestRun(long Events, double Seconds, double CpuSeconds)
{
    public double Rate => Events / Seconds;

    public double CpuPerMillion => CpuSeconds / Events * 1e6;
}
