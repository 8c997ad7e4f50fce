using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.Serving;

/// <summary>Who may post, over TLS: tokens made before the first <c>serve</c>, client certificates, and which of them decides.</summary>
public sealed class CredentialTests(CredentialTests.Guarded guarded) : IClassFixture<CredentialTests.Guarded>
{
    /// <summary>One server for all of them, with two clusters that were added before it began.</summary>
    public sealed class Guarded : IAsyncLifetime
    {
        internal Certificates Pki { get; } = new();

        internal ServerProcess Server { get; private set; } = null!;

        internal string ClientAuthorities { get; } = Path.Combine(Directory.CreateTempSubdirectory("aw-authorities").FullName, "clients.crt");

        internal JsonElement Prod { get; private set; }

        internal JsonElement Edge { get; private set; }

        public async ValueTask InitializeAsync()
        {
            File.Copy(Pki.AuthorityFile, ClientAuthorities);
            var data = Path.Combine(Directory.CreateTempSubdirectory("aw-tls").FullName, "data");
            Server = new ServerProcess(data, "https", "--tls-cert", Pki.ServerFile, "--tls-key", Pki.ServerKeyFile, "--client-ca", ClientAuthorities);
            Prod = await AddAsync("prod");
            Edge = await AddAsync("edge", "--client-cn", "edge-7");
            await Server.StartAsync();
        }

        public async ValueTask DisposeAsync() => await Server.DisposeAsync();

        async Task<JsonElement> AddAsync(string name, params string[] more)
        {
            var added = await AuditWatchCommand.RunAsync(["clusters", "add", name, "--data", Server.Data, "--url", Server.Url, "--ca", Pki.AuthorityFile, "--format", "json", .. more]);
            Assert.True(added.ExitCode == 0, added.Error);
            return JsonDocument.Parse(added.Output).RootElement;
        }
    }

    readonly Certificates _pki = guarded.Pki;
    readonly ServerProcess _server = guarded.Server;
    readonly JsonElement _prod = guarded.Prod, _edge = guarded.Edge;

    async Task<HttpStatusCode> PostAsync(string cluster, string? authorization = null, X509Certificate2? certificate = null, Func<X509Certificate, bool>? isServer = null, string name = "decided")
    {
        using var handler = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, server, _, _) => isServer?.Invoke(server!) ?? true }, AllowAutoRedirect = false };
        if (certificate is not null) handler.SslOptions.ClientCertificates = [certificate];
        using var http = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{_server.Url}/ingest/v1/clusters/{cluster}");
        request.Content = new ByteArrayContent(AuditLine.Utf8(AuditLine.Of($"{name}-{Guid.NewGuid()}")));
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    [Fact]
    public async Task A_bearer_token_decides_alone_and_a_certificate_by_its_name_where_none_was_sent()
    {
        var token = "Bearer " + _prod.GetProperty("token").GetString();
        using X509Certificate2 prod = _pki.Client("prod"), edgeSeven = _pki.Client("edge-7"), edge = _pki.Client("edge"), stranger = _pki.Client("stranger");
        (HttpStatusCode Wanted, string Cluster, string? Authorization, X509Certificate2? Certificate)[] posts =
        [
            (HttpStatusCode.OK, "prod", token, null),
            (HttpStatusCode.OK, "prod", null, prod),
            (HttpStatusCode.OK, "edge", null, edgeSeven),
            (HttpStatusCode.OK, "prod", token, edgeSeven),
            (HttpStatusCode.OK, "prod", "Basic eDp5", prod),
            (HttpStatusCode.Unauthorized, "prod", null, null),
            (HttpStatusCode.Unauthorized, "prod", "Bearer wrong", prod),
            (HttpStatusCode.Unauthorized, "prod", "Bearer", prod),
            (HttpStatusCode.Unauthorized, "unheard-of", null, null),
            (HttpStatusCode.Forbidden, "edge", null, edge),
            (HttpStatusCode.Forbidden, "edge", null, prod),
            (HttpStatusCode.Forbidden, "edge", token, edgeSeven),
            (HttpStatusCode.Forbidden, "prod", null, stranger),
            (HttpStatusCode.NotFound, "unheard-of", token, null),
            (HttpStatusCode.NotFound, "unheard-of", null, prod),
        ];
        foreach (var (wanted, cluster, authorization, certificate) in posts)
        {
            var got = await PostAsync(cluster, authorization, certificate);
            Assert.True(wanted == got, $"{cluster}, {authorization}, {certificate?.Subject}: {got} instead of {wanted}");
        }
        using (var foreign = new Certificates().Client("prod"))
            await Assert.ThrowsAsync<HttpRequestException>(() => PostAsync("prod", null, foreign));
        await _server.SettleAsync();
        Assert.Equal(posts.Count(p => p.Wanted == HttpStatusCode.OK), (await _server.ListAsync("events")).Count(e => e.GetProperty("audit_id").GetString()!.StartsWith("decided-", StringComparison.Ordinal)));
        Assert.Empty(await _server.ListAsync("quarantine"));
    }

    [Fact]
    public async Task What_clusters_add_prints_is_ready_to_use_and_its_token_is_kept_nowhere()
    {
        Assert.Equal(["cluster", "token", "kubeconfig", "flags"], _edge.EnumerateObject().Select(p => p.Name));
        var token = _edge.GetProperty("token").GetString()!;
        var kubeconfig = _edge.GetProperty("kubeconfig").GetString()!.Split('\n').Select(l => l.Trim()).ToList();
        Assert.Contains($"server: {_server.Url}/ingest/v1/clusters/edge", kubeconfig);
        Assert.Contains($"certificate-authority-data: {Convert.ToBase64String(await File.ReadAllBytesAsync(_pki.AuthorityFile, TestContext.Current.CancellationToken))}", kubeconfig);
        Assert.Contains($"token: {token}", kubeconfig);
        Assert.Contains("--audit-webhook-mode=batch", _edge.GetProperty("flags").EnumerateArray().Select(f => f.GetString()));
        using (var answer = await _server.PostAsync("edge", AuditLine.Utf8(AuditLine.Of("told")), token)) Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        var listed = await _server.ListAsync("clusters", "");
        Assert.Equal([("edge", "edge-7"), ("prod", "prod")], listed.Select(c => (c.GetProperty("cluster").GetString(), c.GetProperty("client_cn").GetString() ?? "prod")).Order());
        await _server.SettleAsync();
        foreach (var file in Directory.GetFiles(_server.Data, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith("lock", StringComparison.Ordinal)))
            Assert.True(OwnServerTests.ReadShared(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(token)) < 0, file);
        Assert.DoesNotContain(token, _server.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificates_of_clients_their_authority_and_the_server_are_changed_while_it_serves()
    {
        // Another certificate of the same name and authority is good at once; the one before stays good until it ends.
        using X509Certificate2 first = _pki.Client("edge-7"), second = _pki.Client("edge-7"), over = _pki.Client("edge-7", isOver: true);
        foreach (var certificate in new[] { first, second, first }) Assert.Equal(HttpStatusCode.OK, await PostAsync("edge", null, certificate, name: "renewed"));
        await Assert.ThrowsAsync<HttpRequestException>(() => PostAsync("edge", null, over, name: "renewed"));

        // A new authority beside the old, and a certificate of the server that it issued: files are looked at again, connections that stand go on.
        var renewed = new Certificates();
        using var ofRenewed = renewed.Client("edge-7");
        await Assert.ThrowsAsync<HttpRequestException>(() => PostAsync("edge", null, ofRenewed, name: "renewed"));
        await File.AppendAllTextAsync(guarded.ClientAuthorities, "\n" + await File.ReadAllTextAsync(renewed.AuthorityFile, TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        File.Copy(renewed.ServerKeyFile, _pki.ServerKeyFile, overwrite: true);
        File.Copy(renewed.ServerFile, _pki.ServerFile, overwrite: true);
        for (var watch = System.Diagnostics.Stopwatch.StartNew(); ;)
        {
            try
            {
                if (await PostAsync("edge", null, ofRenewed, renewed.IssuedServer, "renewed") == HttpStatusCode.OK) break;
            }
            catch (HttpRequestException)
            {
                Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), "The new authority or the server's new certificate is not in force after 30 s.");
            }
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
        Assert.Equal(HttpStatusCode.OK, await PostAsync("edge", null, first, name: "renewed"));
    }

    [Fact]
    public async Task HTTP_2_is_spoken_over_TLS_and_health_needs_no_credential()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/ingest/v1/clusters/prod") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Content = new ByteArrayContent(Recorded.Body(AuditLine.History(400).Select(Encoding.UTF8.GetBytes)));
        request.Headers.Authorization = new("Bearer", _prod.GetProperty("token").GetString());
        using var answer = await _server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, HttpVersion.Version20), (answer.StatusCode, answer.Version));
        foreach (var path in new[] { "/healthz", "/readyz" })
        {
            using var health = await _server.Http.GetAsync(path, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        }
    }
}
