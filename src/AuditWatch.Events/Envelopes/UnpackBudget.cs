namespace AuditWatch.Events.Envelopes;

/// <summary>What is left of the limits of one input.</summary>
sealed class UnpackBudget(UnpackLimits limits)
{
    long _left = limits.PerInput;

    /// <summary>Unpacked bytes of the layer that <see cref="BeginLayer"/> began.</summary>
    public long InLayer { get; private set; }

    public void BeginLayer() => InLayer = 0;

    /// <summary>Counts unpacked bytes; false when they are more than may be, with the sentence for the note.</summary>
    public bool TrySpend(int bytes, out string problem)
    {
        InLayer += bytes;
        _left -= bytes;
        problem = InLayer > limits.PerRecord ? $"The record's data unpacks to more than {Size(limits.PerRecord)}."
            : _left < 0 ? $"The packed records of one input may unpack to {Size(limits.PerInput)} together; this one goes beyond."
            : "";
        return problem.Length == 0;
    }

    static string Size(long bytes) => bytes >= 1 << 20 ? $"{bytes >> 20} MiB" : $"{bytes} bytes";
}
