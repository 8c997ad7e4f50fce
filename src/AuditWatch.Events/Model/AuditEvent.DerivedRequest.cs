using System.Text.Json;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Model;

// Derived fields about what was asked and how it ended.
public sealed partial class AuditEvent
{
    DerivedValue OfApiPath()
    {
        if (!_ranges.Has(HotField.RequestUri)) return Missing(HotField.RequestUri);
        var uri = Plain(HotField.RequestUri);
        var mark = uri.IndexOf((byte)'?');
        return Of(Copy(mark < 0 ? uri : uri[..mark]));
    }

    ReadOnlyMemory<byte> Copy(ReadOnlySpan<byte> text)
    {
        var memory = _scratch.Rent(text.Length);
        text.CopyTo(memory.Span);
        return memory;
    }

    // A query parameter, decoded; the first when it is repeated.
    DerivedValue OfQuery(ReadOnlySpan<byte> name)
    {
        if (!_ranges.Has(HotField.RequestUri)) return Missing(HotField.RequestUri);
        for (var rest = UriQuery.Of(Plain(HotField.RequestUri)); UriQuery.TryNext(ref rest, out var found, out var value);)
            if (UriQuery.Is(found, name)) return Of(Decoded(value));
        return _isOfGke ? DerivedValue.Unknown(UnknownReason.LevelTooLow) : DerivedValue.Absent;
    }

    ReadOnlyMemory<byte> Decoded(ReadOnlySpan<byte> encoded)
    {
        var memory = _scratch.Rent(encoded.Length);
        return memory[..UriQuery.Decode(encoded, memory.Span)];
    }

    DerivedValue OfLimit()
    {
        var limit = OfQuery("limit"u8);
        return limit.Kind != AnswerKind.Text ? limit
            : limit.Utf8.Length is > 0 and < 19 && !limit.Utf8.Span.ContainsAnyExceptInRange((byte)'0', (byte)'9') ? DerivedValue.OfNumber(limit.Utf8) : DerivedValue.Absent;
    }

    DerivedValue OfListScope()
    {
        if (!_ranges.Has(HotField.ObjectRef)) return Missing(HotField.ObjectRef);
        if (!IsVerb("list"u8) && !IsVerb("watch"u8) && !IsVerb("deletecollection"u8)) return DerivedValue.Absent;
        return OfWord(!_ranges.Has(HotField.ObjectNamespace) || Raw(HotField.ObjectNamespace).IsEmpty ? "cluster" : "namespace");
    }

    DerivedValue OfOutcome() => Outcome switch
    {
        Outcome.Success => OfWord("success"),
        Outcome.Denied => OfWord("denied"),
        Outcome.Failure => OfWord("failure"),
        _ => Missing(HotField.ResponseCode) is { Kind: AnswerKind.Unknown } unknown ? unknown : DerivedValue.Unknown(UnknownReason.StageNotSeen),
    };

    DerivedValue OfIsCreate()
    {
        if (!_ranges.Has(HotField.Verb)) return Missing(HotField.Verb);
        if (IsVerb("create"u8)) return Of(true);
        if (!IsVerb("patch"u8) && !IsVerb("update"u8)) return Of(false);
        return ResponseCode != 0 ? Of(ResponseCode == 201) : OfOutcome() is { Kind: AnswerKind.Unknown } unknown ? unknown : Of(false);
    }

    DerivedValue OfIsWrite() =>
        !_ranges.Has(HotField.Verb) ? Missing(HotField.Verb)
        : Of(IsVerb("create"u8) || IsVerb("update"u8) || IsVerb("patch"u8) || IsVerb("delete"u8) || IsVerb("deletecollection"u8));

    // The object's name; a generated one is only in the answer.
    DerivedValue OfName()
    {
        if (Name is { } name) return Of(name);
        if (!_ranges.Has(HotField.ObjectRef) || !IsVerb("create"u8) || _ranges.Has(HotField.ObjectSubresource)) return Missing(HotField.ObjectName);
        return ResponseCode >= 400 ? DerivedValue.Absent : Missing(HotField.ResponseObject);
    }

    DerivedValue OfPatchType()
    {
        if (!IsVerb("patch"u8)) return DerivedValue.Absent;
        if (!_ranges.Has(HotField.RequestObject)) return Missing(HotField.RequestObject);
        if (Withheld(HotField.RequestObject) is var why and not UnknownReason.None) return DerivedValue.Unknown(why);
        if (!TryOpen(HotField.RequestObject, out var body)) return DerivedValue.Unknown(UnknownReason.Malformed);
        return OfWord(SaysNothing(body) ? "empty" : body.ValueKind == JsonValueKind.Array ? "json" : "merge");
    }

    // A patch that changes nothing is answered with the whole object all the same: a read for those who may only write.
    static bool SaysNothing(JsonElement body)
    {
        if (body.ValueKind == JsonValueKind.Array) return body.GetArrayLength() == 0;
        if (body.ValueKind != JsonValueKind.Object) return false;
        foreach (var member in body.EnumerateObject())
            if (!member.NameEquals("kind"u8) && !member.NameEquals("apiVersion"u8) && !(member.NameEquals("metadata"u8) && OnlyNames(member.Value))) return false;
        return true;
    }

    static bool OnlyNames(JsonElement metadata)
    {
        if (metadata.ValueKind != JsonValueKind.Object) return false;
        foreach (var member in metadata.EnumerateObject())
            if (!member.NameEquals("name"u8) && !member.NameEquals("namespace"u8)) return false;
        return true;
    }

    // What a proxy request asks of the kubelet, pod or service behind it: the URI after /proxy, path decoded, with its query.
    DerivedValue OfProxyPath()
    {
        if (!IsProxy) return Missing(HotField.ObjectSubresource);
        if (_isOfGke && (!TryProxyPath(out var kept, out _) || kept.SequenceEqual("/"u8))) return DerivedValue.Unknown(UnknownReason.LevelTooLow);
        return TryProxyPath(out var path, out var query) ? Of(query.Length == 0 ? Decoded(path) : Joined(Decoded(path).Span, query)) : Missing(HotField.RequestUri);
    }

    bool TryProxyPath(out ReadOnlySpan<byte> path, out ReadOnlySpan<byte> query)
    {
        path = query = default;
        var uri = Plain(HotField.RequestUri);
        query = UriQuery.Of(uri);
        uri = uri[..(query.Length == 0 ? uri.IndexOf((byte)'?') is var mark and >= 0 ? mark : uri.Length : uri.Length - query.Length - 1)];
        // The first /proxy after the resource and its name; a name cannot hold a slash.
        var resource = Plain(HotField.ObjectResource);
        for (var at = 0; uri[at..].IndexOf((byte)'/') is var next and >= 0; at += next + 1)
        {
            var segment = uri[(at + next + 1)..];
            if (!segment.StartsWith(resource) || segment.Length <= resource.Length || segment[resource.Length] != '/') continue;
            segment = segment[(resource.Length + 1)..];
            var slash = segment.IndexOf((byte)'/');
            if (slash < 0) return false;
            segment = segment[slash..];
            if (!segment.StartsWith("/proxy"u8) || (segment.Length > 6 && segment[6] != '/')) continue;
            path = segment.Length == 6 ? "/"u8 : segment[6..];
            return true;
        }

        return false;
    }

    ReadOnlyMemory<byte> Joined(ReadOnlySpan<byte> path, ReadOnlySpan<byte> query)
    {
        var memory = _scratch.Rent(path.Length + 1 + query.Length);
        path.CopyTo(memory.Span);
        memory.Span[path.Length] = (byte)'?';
        query.CopyTo(memory.Span[(path.Length + 1)..]);
        return memory;
    }
}
