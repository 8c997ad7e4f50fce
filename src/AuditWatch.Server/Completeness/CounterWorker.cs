using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using AuditWatch.Ingest.Completeness;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Completeness;

/// <summary>Reads the audit counters of one cluster's API servers now and then. One that does not answer is said and asked again; nothing else depends on it.</summary>
sealed partial class CounterWorker(CompletenessConfig config, CompletenessLedger ledger, TimeProvider clock, ILogger<CounterWorker> log) : BackgroundService
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    string? _error;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(config.Every, clock);
        try
        {
            do await ReadAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    async Task ReadAsync(CancellationToken stop)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(s_patience);
        try
        {
            // Made anew each time: token and authority may be rotated, and a connection kept would hide that the server behind it is another one.
            using var http = new HttpClient(Handler(config.CaFile)) { Timeout = s_patience };
            http.DefaultRequestHeaders.UserAgent.ParseAdd(CompletenessLedger.UserAgent + "/1");
            if (config.TokenFile is { } file) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(file, deadline.Token)).Trim());
            var read = await Task.WhenAll(config.Metrics.Select(url => ReadAsync(http, url, deadline.Token)));
            ledger.Compare(config.Cluster, new CounterReading(read.Min(r => r.From), read.Max(r => r.To), read.ToDictionary(r => r.Url, r => r.Counters)));
            _error = null;
        }
        catch (Exception fault) when (!stop.IsCancellationRequested)
        {
            var error = fault is OperationCanceledException ? $"no answer within {s_patience.TotalSeconds} s" : fault.InnerException?.Message ?? fault.Message;
            ledger.CannotCompare(config.Cluster, error);
            if (_error != error) Failed(log, config.Cluster, error);
            _error = error;
        }
    }

    async Task<(string Url, long From, long To, ServerCounters Counters)> ReadAsync(HttpClient http, string url, CancellationToken stop)
    {
        var from = Now();
        using var answer = await http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, stop);
        if (!answer.IsSuccessStatusCode) throw new HttpRequestException($"{url} answered {(int)answer.StatusCode}; the token's user needs 'get' on the non-resource URL /metrics.");
        var to = Now();
        // Its clock, as far as a header with whole seconds tells it.
        if (answer.Headers.Date is { } date && (date - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond is var theirs)
            (from, to) = (from - Math.Max(0, from - theirs - 1_000_000), to + Math.Max(0, theirs - to));
        using var page = new StreamReader(await answer.Content.ReadAsStreamAsync(stop), Encoding.UTF8);
        return (url, from - 20_000, to + 20_000, await MetricsPage.ReadAsync(page, stop));
    }

    static SocketsHttpHandler Handler(string? caFile)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        if (caFile is null) return handler;
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(caFile);
        if (authorities.Count == 0) throw new CryptographicException($"The authority file '{caFile}' holds no PEM certificate.");
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        return handler;
    }

    long Now() => (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    [LoggerMessage(3323, LogLevel.Warning, "The audit counters of cluster {Cluster} could not be read: {Error}")]
    static partial void Failed(ILogger log, string cluster, string error);
}
