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
            Metrics = s.Texts("metrics"),
            ApiServer = s.Text("api_server"),
            TokenFile = s.Text("token_file"),
            CaFile = s.Text("ca_file"),
            Every = s.Duration("every", defaults.Every),
        };
        foreach (var url in config.Metrics.Where(u => !(Uri.TryCreate(u, UriKind.Absolute, out var parsed) && parsed.Scheme is "https" or "http")))
            s.Fault("metrics", $"holds '{url}', but must be a URL such as https://10.0.0.1:6443/metrics.");
        if (config.TokenFile is not null && config.Metrics.Any(u => u.StartsWith("http:", StringComparison.Ordinal))) s.Fault("metrics", "names an http URL, over which the token would be sent in the clear; use https.");
        if (config.Metrics.Count == 0 && (config.TokenFile ?? config.CaFile ?? config.ApiServer) is not null) s.Fault("metrics", "is missing: name the /metrics of each API server.");
        s.Done();
        return config;
    }
}
