using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Threading.Channels;

namespace AuditWatch.Testing;

/// <summary>
/// The audit webhook of a kube-apiserver in batch mode, as it behaves toward a receiver: a buffer that drops what does not fit, batches by size and time, a rate of
/// posts, each batch on its way by itself with five tries and growing pauses, and within a try up to ten more when the answer says Retry-After. What it offered it
/// accounts for: acknowledged, dropped, or given up.
/// </summary>
public sealed class ApiServerEmulator(Uri receiver, ApiServerEmulatorOptions options, Func<long, byte[]> makeEvent) : IAsyncDisposable
{
    const int Tries = 5, InnerTries = 10;
    const double Factor = 1.5, Jitter = 0.2;

    readonly Channel<long> _buffer = Channel.CreateBounded<long>(new BoundedChannelOptions(options.Buffer) { FullMode = BoundedChannelFullMode.Wait });
    readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { Timeout = Timeout.InfiniteTimeSpan };
    readonly ConcurrentDictionary<int, Task> _underWay = new();
    readonly ConcurrentBag<double> _latencies = [];
    readonly Random _random = new(options.Seed);
    readonly Lock _randomGate = new();
    Task? _running;
    long _offered, _dropped, _acknowledged, _givenUp, _posts, _refused, _failed;
    int _batches;

    /// <summary>Events that the API server made.</summary>
    public long Offered => Interlocked.Read(ref _offered);

    /// <summary>Of them: the buffer was full (<c>plugin="buffered"</c>).</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Of them: the receiver answered 200.</summary>
    public long Acknowledged => Interlocked.Read(ref _acknowledged);

    /// <summary>Of them: all tries were used up (<c>plugin="webhook"</c>).</summary>
    public long GivenUp => Interlocked.Read(ref _givenUp);

    /// <summary>Requests that were made.</summary>
    public long Posts => Interlocked.Read(ref _posts);

    /// <summary>Answers 429 or 5xx.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Requests without an answer.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Milliseconds from a request to its acknowledgement.</summary>
    public IReadOnlyCollection<double> Latencies => _latencies;

    /// <summary>Called with the numbers of the events of every acknowledged batch.</summary>
    public Action<IReadOnlyList<long>>? OnAcknowledged { get; init; }

    /// <summary>Begins to send what is offered.</summary>
    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>The API server has made an event; never waits. A full buffer drops it.</summary>
    public void Offer(long number)
    {
        Interlocked.Increment(ref _offered);
        if (!_buffer.Writer.TryWrite(number)) Interlocked.Increment(ref _dropped);
    }

    /// <summary>Nothing more comes; returns when all that was offered is accounted for.</summary>
    public async Task CompleteAsync()
    {
        _buffer.Writer.TryComplete();
        if (_running is not null) await _running.ConfigureAwait(false);
        await Task.WhenAll(_underWay.Values).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await CompleteAsync().ConfigureAwait(false);
        _http.Dispose();
    }

    async Task RunAsync()
    {
        var tokens = (double)options.Burst;
        var refilled = Stopwatch.GetTimestamp();
        while (await NextBatchAsync().ConfigureAwait(false) is { } batch)
        {
            while (true)
            {
                var now = Stopwatch.GetTimestamp();
                tokens = Math.Min(options.Burst, tokens + Stopwatch.GetElapsedTime(refilled, now).TotalSeconds * options.PostsPerSecond);
                refilled = now;
                if (tokens >= 1) break;
                await Task.Delay(TimeSpan.FromSeconds((1 - tokens) / options.PostsPerSecond)).ConfigureAwait(false);
            }

            tokens--;
            var number = _batches++;
            _underWay[number] = Task.Run(async () =>
            {
                await DeliverAsync(batch).ConfigureAwait(false);
                _underWay.TryRemove(number, out _);
            });
        }
    }

    // Full, or so old; null at the end.
    async Task<List<long>?> NextBatchAsync()
    {
        var batch = new List<long>();
        if (!await _buffer.Reader.WaitToReadAsync().ConfigureAwait(false)) return null;
        using var old = new CancellationTokenSource(options.BatchWait);
        try
        {
            do while (batch.Count < options.BatchSize && _buffer.Reader.TryRead(out var number)) batch.Add(number);
            while (batch.Count < options.BatchSize && await _buffer.Reader.WaitToReadAsync(old.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // It has waited long enough.
        }

        return batch;
    }

    async Task DeliverAsync(List<long> batch)
    {
        var body = Body(batch);
        var pause = options.InitialBackoff;
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            if (attempt > 0)
            {
                double jitter;
                lock (_randomGate) jitter = 1 + _random.NextDouble() * Jitter;
                await Task.Delay(pause * jitter).ConfigureAwait(false);
                pause *= Factor;
            }

            if (!await TryAsync(body).ConfigureAwait(false)) continue;
            Interlocked.Add(ref _acknowledged, batch.Count);
            OnAcknowledged?.Invoke(batch);
            return;
        }

        Interlocked.Add(ref _givenUp, batch.Count);
    }

    // One try has thirty seconds; a Retry-After is waited for within them.
    async Task<bool> TryAsync(byte[] body)
    {
        using var deadline = new CancellationTokenSource(options.Timeout);
        try
        {
            for (var inner = 0; ; inner++)
            {
                Interlocked.Increment(ref _posts);
                var began = Stopwatch.GetTimestamp();
                using var content = new ByteArrayContent(body);
                content.Headers.ContentType = new("application/json");
                using var answer = await _http.PostAsync(receiver, content, deadline.Token).ConfigureAwait(false);
                if ((int)answer.StatusCode is >= 200 and <= 206)
                {
                    _latencies.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                    return true;
                }

                Interlocked.Increment(ref _refused);
                var isAsked = answer.StatusCode == HttpStatusCode.TooManyRequests || (int)answer.StatusCode >= 500;
                if (!isAsked || answer.Headers.RetryAfter?.Delta is not { } wait || inner >= InnerTries) return false;
                await Task.Delay(wait, deadline.Token).ConfigureAwait(false);
            }
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException)
        {
            Interlocked.Increment(ref _failed);
            return false;
        }
    }

    byte[] Body(List<long> batch)
    {
        using var body = new MemoryStream(batch.Count * 900);
        body.Write("{\"kind\":\"EventList\",\"apiVersion\":\"audit.k8s.io/v1\",\"metadata\":{},\"items\":["u8);
        for (var i = 0; i < batch.Count; i++)
        {
            if (i > 0) body.WriteByte((byte)',');
            body.Write(makeEvent(batch[i]));
        }

        body.Write("]}"u8);
        return body.ToArray();
    }
}
