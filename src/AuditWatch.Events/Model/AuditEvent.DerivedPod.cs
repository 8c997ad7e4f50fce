using System.Runtime.InteropServices;
using System.Text.Json;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Model;

// The pod inside whatever workload a request writes.
public sealed partial class AuditEvent
{
    // Where the kinds keep their pod: the object that has "metadata" and "spec" of a pod.
    bool TryFindPod(JsonElement written, out JsonElement pod)
    {
        pod = written;
        return Plain(HotField.ObjectResource) switch
        {
            var r when r.SequenceEqual("pods"u8) => true,
            var r when r.SequenceEqual("cronjobs"u8) => Down(ref pod, "spec"u8) && Down(ref pod, "jobTemplate"u8) && Down(ref pod, "spec"u8) && Down(ref pod, "template"u8),
            var r when r.SequenceEqual("podtemplates"u8) => Down(ref pod, "template"u8),
            _ => Down(ref pod, "spec"u8) && Down(ref pod, "template"u8),
        };
    }

    static bool Down(ref JsonElement at, ReadOnlySpan<byte> key) => FieldWalk.TryGet(at, key, out at);

    bool IsWorkload => Plain(HotField.ObjectResource) switch
    {
        var r when r.SequenceEqual("pods"u8) => true,
        var r when r.SequenceEqual("deployments"u8) || r.SequenceEqual("daemonsets"u8) || r.SequenceEqual("statefulsets"u8) || r.SequenceEqual("replicasets"u8) => true,
        var r when r.SequenceEqual("replicationcontrollers"u8) || r.SequenceEqual("jobs"u8) || r.SequenceEqual("cronjobs"u8) || r.SequenceEqual("podtemplates"u8) => true,
        var r when r.SequenceEqual("rollouts"u8) || r.SequenceEqual("deploymentconfigs"u8) => true,
        _ => false,
    };

    // Other subresources (status, scale, binding, eviction) write no pod.
    bool WritesPod => IsWorkload && (!_ranges.Has(HotField.ObjectSubresource)
        || Plain(HotField.ObjectSubresource) is var sub && (sub.SequenceEqual("ephemeralcontainers"u8) || sub.SequenceEqual("resize"u8)));

    bool TryOpenPod(out JsonElement pod, out UnknownReason rest, out DerivedValue otherwise)
    {
        (pod, rest) = (default, UnknownReason.None);
        if (!WritesPod)
        {
            otherwise = Missing(HotField.ObjectResource);
            return false;
        }

        if (!TryOpenWritten(out var written, out rest, out otherwise)) return false;
        if (TryFindPod(written, out pod)) return true;
        otherwise = rest == UnknownReason.None ? DerivedValue.Absent : DerivedValue.Unknown(rest);
        return false;
    }

    DerivedValue OfPod() => OfPodObject("spec"u8, default);

    DerivedValue OfPodMetadata(ReadOnlySpan<byte> key) => OfPodObject("metadata"u8, key);

    DerivedValue OfPodPart(ReadOnlySpan<byte> key) => OfPodObject("spec"u8, key);

    DerivedValue OfPodObject(ReadOnlySpan<byte> part, ReadOnlySpan<byte> key)
    {
        if (!TryOpenPod(out var pod, out var rest, out var otherwise)) return otherwise;
        if (FieldWalk.TryGet(pod, part, out var value) && (key.IsEmpty || FieldWalk.TryGet(value, key, out value))) return OfJson(value, rest);
        return rest == UnknownReason.None ? DerivedValue.Absent : DerivedValue.Unknown(rest);
    }

    // false is what the API takes when nothing is written.
    DerivedValue OfPodFlag(ReadOnlySpan<byte> key)
    {
        var value = OfPodPart(key);
        return value.Kind == AnswerKind.Absent && TryOpenPod(out _, out _, out _) ? Of(false) : value;
    }

    DerivedValue OfPodServiceAccount()
    {
        var name = OfPodPart("serviceAccountName"u8);
        return name.Kind == AnswerKind.Text ? name : OfPodPart("serviceAccount"u8) is { Kind: AnswerKind.Text } old ? old : name;
    }

    // containers ∪ initContainers ∪ ephemeralContainers.
    DerivedValue OfPodContainers()
    {
        if (!TryOpenPod(out var pod, out var rest, out var otherwise)) return otherwise;
        var all = new List<JsonElement>();
        if (FieldWalk.TryGet(pod, "spec"u8, out var spec))
        {
            Collect(spec, "containers"u8, all);
            Collect(spec, "initContainers"u8, all);
            Collect(spec, "ephemeralContainers"u8, all);
        }

        // The API of ephemeral containers before Kubernetes 1.22: an object of its own.
        Collect(pod, "ephemeralContainers"u8, all);
        if (all.Count > 0) return DerivedValue.OfElement(IsAllOf(spec, all, out var list) ? list : Gather(all), rest);
        return rest == UnknownReason.None ? DerivedValue.Absent : DerivedValue.Unknown(rest);
    }

    // Most pods have containers of one sort: then the list as it was written will do, if it is written as it would be put together.
    static bool IsAllOf(JsonElement spec, List<JsonElement> all, out JsonElement list)
    {
        if (!FieldWalk.TryGet(spec, "containers"u8, out list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() != all.Count) return false;
        var length = 1 + all.Count;
        foreach (var one in all) length += JsonMarshal.GetRawUtf8Value(one).Length;
        if (JsonMarshal.GetRawUtf8Value(list).Length != length) return false;
        foreach (var item in list.EnumerateArray()) if (item.ValueKind != JsonValueKind.Object) return false;
        return true;
    }

    static void Collect(JsonElement from, ReadOnlySpan<byte> key, List<JsonElement> all)
    {
        if (!FieldWalk.TryGet(from, key, out var list) || list.ValueKind != JsonValueKind.Array) return;
        foreach (var item in list.EnumerateArray())
            if (item.ValueKind == JsonValueKind.Object) all.Add(item);
    }
}
