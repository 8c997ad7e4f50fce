using AuditWatch.Server.Completeness;

namespace AuditWatch.Server.Configuration;

/// <summary>Understands one entry of <c>completeness:</c>.</summary>
static class CompletenessReader
{
    public static CompletenessConfig Read(ConfigSection s)
    {
        var cluster = s.RequiredText("cluster");
        if (cluster.Length > 0 && !ClusterName.IsValid(cluster)) s.Fault("cluster", ClusterName.Rule);
        var defaults = new CompletenessConfig(cluster);
        var silence = s.Text("silence");
        var fixedSilence = TimeSpan.Zero;
        if (silence is not (null or "auto" or "off") && !(Quantities.TryDuration(silence, out fixedSilence) && fixedSilence > TimeSpan.Zero))
            s.Fault("silence", $"is '{silence}', but must be auto, off, or a duration such as 10m.");
        var config = defaults with
        {
            Silence = fixedSilence > TimeSpan.Zero ? fixedSilence : null,
            TellsSilence = silence != "off",
            Learn = s.Duration("learn", defaults.Learn),
        };
        s.Done();
        return config;
    }
}
