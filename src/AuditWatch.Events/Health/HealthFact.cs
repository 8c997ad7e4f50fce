using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace AuditWatch.Events.Health;

/// <summary>
/// Something that AuditWatch noticed about its own view: an API server fell silent, its audit policy changed, events are missing. Journaled as a record of its own
/// kind and judged by rules for <c>logsource: {product: auditwatch, service: health}</c>, so that an alert on it is raised again, the same, by every replay.
/// </summary>
/// <param name="Kind">What, in a word: see docs/sources.md.</param>
/// <param name="Cluster">The cluster it is about.</param>
/// <param name="Source">The source.</param>
/// <param name="ApiServer">The API server; empty: not told apart.</param>
/// <param name="SinceMicros">Since when it is so, microseconds since 1970. With the names before it, what makes this fact this fact.</param>
/// <param name="TimeMicros">When it is said, on the axis of the cluster's own event times.</param>
/// <param name="Sentence">It in a sentence.</param>
public sealed record HealthFact(string Kind, string Cluster, string Source, string ApiServer, long SinceMicros, long TimeMicros, string Sentence)
{
    /// <summary>An API server fell silent.</summary>
    public const string Silent = "api-server-silent";

    /// <summary>It speaks again; <see cref="Ends"/> names the silence.</summary>
    public const string Speaks = "api-server-speaks";

    /// <summary>An API server's clock is ahead of ours.</summary>
    public const string ClockAhead = "clock-ahead";

    /// <summary>An API server's audit policy has changed.</summary>
    public const string PolicyChanged = "policy-changed";

    /// <summary>A source cannot be read.</summary>
    public const string Unreadable = "source-unreadable";

    /// <summary>It can be read again.</summary>
    public const string Readable = "source-readable";

    /// <summary>Events are gone before we read them: deleted by a retention, or with a file.</summary>
    public const string Gap = "source-gap";

    /// <summary>The API server counted more events than came.</summary>
    public const string Missing = "events-missing";

    /// <summary>The API server says itself that it lost events.</summary>
    public const string LostThere = "events-lost-by-api-server";

    /// <summary>One stage of one request came with two contents that differ where neither was cut.</summary>
    public const string Contradicting = "contradicting-copies";

    /// <summary>What it is about, where that makes it this fact whichever source and API server it came from; null: source and API server do.</summary>
    public string? Subject { get; init; }

    /// <summary>What else is known: texts, numbers, truth values, lists of texts.</summary>
    public IReadOnlyDictionary<string, object> Details { get; init; } = new Dictionary<string, object>();

    /// <summary>The id of the fact that this one puts an end to; null: none.</summary>
    public string? Ends { get; init; }

    /// <summary>Since when that one was so.</summary>
    public long EndsSinceMicros { get; init; }

    /// <summary>Its identity: the same fact found again, by a replay or after a crash, has the same.</summary>
    public string Id => Subject is null ? IdOf(Kind, Cluster, Source, ApiServer, SinceMicros) : IdOf(Kind, Cluster, "", Subject, SinceMicros);

    /// <summary>The identity of a fact with these names.</summary>
    public static string IdOf(string kind, string cluster, string source, string apiServer, long sinceMicros)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        foreach (var part in (ReadOnlySpan<string>)[kind, cluster, source, apiServer, sinceMicros.ToString(CultureInfo.InvariantCulture)])
        {
            var utf8 = Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(length, utf8.Length);
            hash.AppendData(length);
            hash.AppendData(utf8);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
    }

    /// <summary>One line of JSON.</summary>
    public byte[] ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("id", Id);
            json.WriteString("fact", Kind);
            json.WriteString("cluster", Cluster);
            json.WriteString("source", Source);
            if (ApiServer.Length > 0) json.WriteString("api_server", ApiServer);
            json.WriteNumber("since_us", SinceMicros);
            json.WriteNumber("time_us", TimeMicros);
            json.WriteString("sentence", Sentence);
            if (Ends is not null)
            {
                json.WriteString("ends", Ends);
                json.WriteNumber("ends_since_us", EndsSinceMicros);
            }

            foreach (var (name, value) in Details)
            {
                json.WritePropertyName(name);
                Write(json, value);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    static void Write(Utf8JsonWriter json, object value)
    {
        switch (value)
        {
            case string text: json.WriteStringValue(text); break;
            case bool flag: json.WriteBooleanValue(flag); break;
            case long number: json.WriteNumberValue(number); break;
            case int number: json.WriteNumberValue(number); break;
            case IEnumerable<string> texts:
                json.WriteStartArray();
                foreach (var text in texts) json.WriteStringValue(text);
                json.WriteEndArray();
                break;
            default: throw new InvalidOperationException($"A detail of a health fact cannot be a {value.GetType().Name}.");
        }
    }
}
