using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace AuditWatch.Testing;

/// <summary>
/// Where tokens come from, on loopback: an Entra tenant's token endpoint, a machine's own identity endpoint, any OAuth server's. It writes down what it is asked, and refuses while it is
/// told to. Its tokens are those that the kit's Event Hubs and an unsecured Kafka listener take.
/// </summary>
public sealed class TokenEndpoint : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly X509Certificate2? _certificate;
    readonly Task _accepting;
    readonly string _folder = Directory.CreateTempSubdirectory("aw-tokens").FullName;

    /// <summary>Starts it, over TLS with a certificate of its own unless told otherwise.</summary>
    public TokenEndpoint(bool isTls = true)
    {
        if (isTls)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest("CN=tokens", key, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(IPAddress.Loopback);
            names.AddDnsName("localhost");
            request.CertificateExtensions.Add(names.Build());
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            using var made = request.CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(130));
            _certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
            File.WriteAllText(CaFile, _certificate.ExportCertificatePem());
        }

        _listener.Start();
        Url = new Uri($"{(isTls ? "https" : "http")}://localhost:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _accepting = AcceptAsync();
    }

    /// <summary>Its address.</summary>
    public Uri Url { get; }

    /// <summary>PEM file of its certificate.</summary>
    public string CaFile => Path.Combine(_folder, "ca.pem");

    /// <summary>What was asked (a question for something else is answered 400: a 404 of a machine's endpoint is asked again and again): method and path with query, a line end, and the body with its escapes undone.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>What a request must hold to get a token; others are refused as Entra does.</summary>
    public Func<string, bool> Takes { get; set; } = _ => true;

    /// <summary>How long a token is good.</summary>
    public TimeSpan Life { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The third part of its tokens: the kit's Event Hubs knows them by this word, an unsecured Kafka listener wants none.</summary>
    public string Signature { get; set; } = "ehkit";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _certificate?.Dispose();
    }

    async Task AcceptAsync()
    {
        while (true) _ = AnswerAsync(await _listener.AcceptTcpClientAsync());
    }

    async Task AnswerAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                Stream stream = client.GetStream();
                if (_certificate is not null)
                {
                    var tls = new SslStream(stream);
                    await tls.AuthenticateAsServerAsync(_certificate);
                    stream = tls;
                }

                await using (stream)
                {
                    var asked = await ReadAsync(stream);
                    Asked.Enqueue(asked);
                    var (status, body) = !asked.Contains("token", StringComparison.Ordinal) ? ("400 Bad Request", "{}") : Takes(asked) ? ("200 OK", Token())
                        : ("401 Unauthorized", """{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided.","error_codes":[7000215]}""");
                    await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"));
                }
            }
        }
        catch (Exception fault) when (fault is IOException or System.Security.Authentication.AuthenticationException)
        {
            // Whoever asked does not trust us, or went away.
        }
    }

    string Token()
    {
        var (now, seconds) = (TimeProvider.System.GetUtcNow().ToUnixTimeSeconds(), (long)Life.TotalSeconds);
        var payload = string.Create(CultureInfo.InvariantCulture, $$"""{"aud":"https://eventhubs.azure.net","iss":"loopback","sub":"auditwatch","iat":{{now}},"exp":{{now + seconds}}}""");
        var token = string.Join('.', Encoded("""{"typ":"JWT","alg":"none"}"""), Encoded(payload), Encoded(Signature));
        return string.Create(CultureInfo.InvariantCulture, $$"""{"token_type":"Bearer","expires_in":{{seconds}},"ext_expires_in":{{seconds}},"expires_on":"{{now + seconds}}","resource":"https://eventhubs.azure.net/","access_token":"{{token}}"}""");
    }

    static string Encoded(string text) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    static async Task<string> ReadAsync(Stream stream)
    {
        var (bytes, buffer) = (new List<byte>(), new byte[4096]);
        for (var want = int.MaxValue; bytes.Count < want;)
        {
            var read = await stream.ReadAsync(buffer);
            if (read == 0) throw new IOException("The request broke off.");
            bytes.AddRange(buffer.AsSpan(0, read));
            var text = Encoding.ASCII.GetString([.. bytes]);
            if (text.IndexOf("\r\n\r\n", StringComparison.Ordinal) is not (>= 0 and var end)) continue;
            var length = text.Split("\r\n").FirstOrDefault(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))?.Split(':')[1];
            want = end + 4 + (length is null ? 0 : int.Parse(length, CultureInfo.InvariantCulture));
            if (bytes.Count >= want) return text.Split(" HTTP/", 2)[0] + "\n" + Uri.UnescapeDataString(text[(end + 4)..].Replace('+', ' '));
        }

        throw new IOException("The request broke off.");
    }
}
