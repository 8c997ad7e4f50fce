using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AuditWatch.Storage.Elasticsearch;
using AuditWatch.Testing;

namespace AuditWatch.Storage.Tests.Elasticsearch;

/// <summary>TLS, API keys and rights: a real Elasticsearch behind a proxy that checks them, since the test server itself has no security.</summary>
public sealed class SecuredTests(SharedKit kit) : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(60));

    CancellationToken Stop => _deadline.Token;

    public void Dispose()
    {
        _folder.Dispose();
        _deadline.Dispose();
    }

    [Fact]
    public async Task The_authority_of_the_file_is_believed_and_no_other_and_the_host_must_be_named_in_the_certificate()
    {
        var server = await kit.ServerAsync();
        using var authority = Authority("CN=ours");
        await using var proxy = await FaultProxy.StartAsync(server.Url, Issue(authority, "127.0.0.1"));
        var ca = Save("ca.pem", authority);
        using (var right = Connect(proxy, ca)) Assert.NotEmpty(await new ElasticsearchSetup(right).RunAsync(dryRun: true, Stop));

        using var other = Authority("CN=somebody else's");
        using (var wrong = Connect(proxy, Save("other.pem", other))) Assert.Contains("certificate", await FaultOfAsync(wrong, ElasticsearchFaultKind.OutOfReach), StringComparison.Ordinal);
        using (var none = Connect(proxy, null)) Assert.Contains("certificate", await FaultOfAsync(none, ElasticsearchFaultKind.OutOfReach), StringComparison.Ordinal);
        await using var elsewhere = await FaultProxy.StartAsync(server.Url, Issue(authority, "elastic.example"));
        using (var name = Connect(elsewhere, ca)) Assert.Contains("RemoteCertificateNameMismatch", await FaultOfAsync(name, ElasticsearchFaultKind.OutOfReach), StringComparison.Ordinal);
        Assert.Throws<ElasticsearchFault>(() => Connect(proxy, Path.Combine(_folder.Path, "missing.pem")));
    }

    [Fact]
    public async Task A_key_that_is_refused_is_waited_out_and_a_new_one_in_its_file_goes_on_without_a_restart()
    {
        var server = await kit.ServerAsync();
        await using var proxy = await FaultProxy.StartAsync(server.Url);
        proxy.Authorization = "ApiKey Zmlyc3Q=";
        var key = Path.Combine(_folder.Path, "key");
        await File.WriteAllTextAsync(key, "d3Jvbmc=\n", Stop);
        using var connection = new ElasticsearchConnection(new ElasticsearchPlace(proxy.Url, "keys", ApiKeyFile: key));
        Assert.Contains("wants a credential", await FaultOfAsync(connection, ElasticsearchFaultKind.Refused), StringComparison.Ordinal);
        Write(key, "Zmlyc3Q=");
        await new ElasticsearchSetup(connection).RunAsync(dryRun: false, Stop);

        await using var journal = await IndexedJournal.OfAsync(IndexedJournal.Made(100));
        await using var indexer = await journal.OpenAsync(connection, new IndexerOptions { BodyDocuments = 50, FirstRetry = TimeSpan.FromMilliseconds(5), LongestRetry = TimeSpan.FromMilliseconds(50) });
        proxy.Authorization = "ApiKey c2Vjb25k";
        var run = Task.Run(() => journal.RunAsync(indexer, Stop), Stop);
        while (indexer.Counters.Retries < 3) await Task.Delay(5, Stop);
        Assert.Equal((0, 0, Events.EventPosition.Start), (indexer.Counters.Indexed, indexer.Counters.DeadLettered, indexer.Settled));
        Write(key, "c2Vjb25k");
        await run;
        Assert.Equal((100, 0), (indexer.Counters.Indexed, indexer.Counters.DeadLettered));
    }

    [Fact]
    public async Task A_right_that_is_missing_costs_no_document()
    {
        var server = await kit.ServerAsync();
        await using var proxy = await FaultProxy.StartAsync(server.Url);
        using var connection = new ElasticsearchConnection(new ElasticsearchPlace(proxy.Url, "rights"));
        await new ElasticsearchSetup(connection).RunAsync(dryRun: false, Stop);
        proxy.IsForbidden = true;
        await using var journal = await IndexedJournal.OfAsync(IndexedJournal.Made(100));
        await using var indexer = await journal.OpenAsync(connection, new IndexerOptions { BodyDocuments = 50, FirstRetry = TimeSpan.FromMilliseconds(5), LongestRetry = TimeSpan.FromMilliseconds(50) });
        var run = Task.Run(() => journal.RunAsync(indexer, Stop), Stop);
        while (indexer.Counters.Retries < 3) await Task.Delay(5, Stop);
        Assert.Equal((0, 0), (indexer.Counters.Indexed, indexer.Counters.DeadLettered));
        proxy.IsForbidden = false;
        await run;
        Assert.Equal((100, 0), (indexer.Counters.Indexed, indexer.Counters.DeadLettered));
    }

    [Fact]
    public async Task A_user_and_a_password_are_sent_as_they_are_in_the_file()
    {
        var server = await kit.ServerAsync();
        await using var proxy = await FaultProxy.StartAsync(server.Url);
        proxy.Authorization = "Basic " + Convert.ToBase64String("elastic:p\u00e4ss:word"u8);
        var password = Path.Combine(_folder.Path, "password");
        await File.WriteAllTextAsync(password, "p\u00e4ss:word\n", Stop);
        using var connection = new ElasticsearchConnection(new ElasticsearchPlace(proxy.Url, "basic", Username: "elastic", PasswordFile: password));
        Assert.NotEmpty(await new ElasticsearchSetup(connection).RunAsync(dryRun: true, Stop));
    }

    ElasticsearchConnection Connect(FaultProxy proxy, string? ca) => new(new ElasticsearchPlace(proxy.Url, "tls", CaFile: ca));

    async Task<string> FaultOfAsync(ElasticsearchConnection connection, ElasticsearchFaultKind kind)
    {
        var fault = await Assert.ThrowsAsync<ElasticsearchFault>(() => new ElasticsearchSetup(connection).RunAsync(dryRun: true, Stop));
        Assert.Equal(kind, fault.Kind);
        return fault.Message;
    }

    // A file system may keep times by the second: the new file is newer, however fast the test.
    static void Write(string file, string text)
    {
        File.WriteAllText(file, text);
        File.SetLastWriteTimeUtc(file, File.GetLastWriteTimeUtc(file).AddSeconds(2));
    }

    string Save(string name, X509Certificate2 certificate)
    {
        var file = Path.Combine(_folder.Path, name);
        File.WriteAllText(file, certificate.ExportCertificatePem());
        return file;
    }

    static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(2));
    }

    static X509Certificate2 Issue(X509Certificate2 authority, string host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (System.Net.IPAddress.TryParse(host, out var address)) names.AddIpAddress(address);
        else names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(authority, TimeProvider.System.GetUtcNow().AddHours(-1), TimeProvider.System.GetUtcNow().AddDays(1), [1, 2, 3, 4]);
        using var withKey = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }
}
