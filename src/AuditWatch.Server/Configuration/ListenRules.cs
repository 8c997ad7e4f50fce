using System.Net;

namespace AuditWatch.Server.Configuration;

/// <summary>Plain http only on loopback; https only with a certificate.</summary>
static class ListenRules
{
    public static void Check(AuditWatchConfig config, List<ConfigFault> faults)
    {
        foreach (var text in config.Listen)
        {
            if (!TryParse(text, out var url))
                faults.Add(new ConfigFault("listen", $"'{text}' is no URL such as http://127.0.0.1:9443 or https://0.0.0.0:9443."));
            else if (url.PathAndQuery != "/" || url.UserInfo.Length > 0)
                faults.Add(new ConfigFault("listen", $"'{text}' has more than a scheme, an address and a port."));
            else if (url is { Host: "localhost", Port: 0 })
                faults.Add(new ConfigFault("listen", $"'{text}' cannot take any free port; write http://127.0.0.1:0."));
            else if (url.Scheme == "http" && !IsLoopback(url))
                faults.Add(new ConfigFault("listen", $"'{text}' would take audit events unencrypted from the network. Use https:// with --tls-cert and --tls-key, or listen on 127.0.0.1."));
            else if (url.Scheme == "https" && (config.TlsCert is null || config.TlsKey is null))
                faults.Add(new ConfigFault("listen", $"'{text}' needs --tls-cert FILE and --tls-key FILE (PEM)."));
        }
        foreach (var (flag, file) in new[] { ("--tls-cert", config.TlsCert), ("--tls-key", config.TlsKey), ("--client-ca", config.ClientCa), ("api_token_file", config.ApiTokenFile) })
            if (file is not null && !File.Exists(file)) faults.Add(new ConfigFault(flag, $"The file '{file}' does not exist."));
    }

    public static bool TryParse(string text, out Uri url) => Uri.TryCreate(text, UriKind.Absolute, out url!) && url.Scheme is "http" or "https";

    public static bool IsLoopback(Uri url) => url.IsLoopback || (IPAddress.TryParse(url.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
