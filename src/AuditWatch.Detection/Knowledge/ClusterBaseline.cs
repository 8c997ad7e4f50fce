using System.Security.Cryptography;
using System.Text.Json;
using AuditWatch.Detection.State;

namespace AuditWatch.Detection.Knowledge;

/// <summary>
/// What a snapshot (<c>kubectl get … -o json</c>) says of a cluster's objects: what was there before the journal began. It counts from the time on at which it was taken:
/// what the log tells before that is not overwritten, and what was so before that stays unknown.
/// </summary>
public sealed class ClusterBaseline
{
    const long LargestFile = 1L << 30;

    readonly IReadOnlyDictionary<string, KnownObject> _objects;

    ClusterBaseline(IReadOnlyDictionary<string, KnownObject> objects, long takenMicros, int passedOver, bool hasAllBindings)
    {
        (_objects, TakenMicros, PassedOver, HasAllBindings) = (objects, takenMicros, passedOver, hasAllBindings);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(BitConverter.GetBytes(takenMicros));
        foreach (var known in objects.Values.OrderBy(o => o.Name.Key, StringComparer.Ordinal)) hash.AppendData(StateJson.Write(known, StateJson.Default.KnownObject));
        Digest = Convert.ToHexStringLower(hash.GetHashAndReset())[..32];
    }

    /// <summary>When it was taken, microseconds since 1970.</summary>
    public long TakenMicros { get; }

    /// <summary>Objects that rules ask about.</summary>
    public int Count => _objects.Count;

    /// <summary>Objects of other kinds, secrets among them: nothing of them is kept.</summary>
    public int PassedOver { get; }

    /// <summary>Whether it has the bindings of the whole cluster: those that every cluster has in several namespaces are there, and no list was cut.</summary>
    public bool HasAllBindings { get; }

    /// <summary>The same for the same content and time.</summary>
    public string Digest { get; }

    internal IEnumerable<KnownObject> Objects => _objects.Values;

    /// <summary>Reads a snapshot of one or more files.</summary>
    /// <param name="files">Lists of any kinds, or single objects, one after another, as JSON.</param>
    /// <param name="taken">When it was taken; null: when the files were last written.</param>
    /// <exception cref="BaselineException">A file cannot be understood.</exception>
    public static ClusterBaseline Read(IReadOnlyList<string> files, DateTimeOffset? taken = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        var reader = new BaselineReader();
        var newest = DateTimeOffset.UnixEpoch;
        foreach (var file in files)
        {
            try
            {
                var facts = new FileInfo(file);
                if (!facts.Exists) throw new BaselineException($"There is no file '{file}'. Take the snapshot first: kubectl get namespaces,clusterroles,… -A -o json > {file}");
                if (facts.Length > LargestFile) throw new BaselineException($"'{file}' has {facts.Length >> 20} MiB; a file of a snapshot may have {LargestFile >> 20}. Take it in several files, one for some kinds each.");
                reader.Read(File.ReadAllBytes(file));
                var written = new DateTimeOffset(facts.LastWriteTimeUtc, TimeSpan.Zero);
                if (written > newest) newest = written;
            }
            catch (JsonException fault)
            {
                throw new BaselineException($"'{file}' is no JSON of Kubernetes objects (line {fault.LineNumber + 1}). Take it with 'kubectl get … -o json'.");
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                throw new BaselineException($"'{file}' cannot be read: {fault.Message}");
            }
        }

        var micros = ((taken ?? newest) - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        return new ClusterBaseline(reader.Objects.ToDictionary(o => o.Key, o => o.Value with { LastMicros = micros }, StringComparer.Ordinal), micros, reader.PassedOver, reader.HasAllBindings);
    }
}
