using System.Net;
using System.Net.Sockets;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Model;

// Derived fields about who asked and from where.
public sealed partial class AuditEvent
{
    const string ServiceAccountPrefix = "system:serviceaccount:";
    const string NodePrefix = "system:node:";

    string? NodeName => UserName is { } user && user.StartsWith(NodePrefix, StringComparison.Ordinal) && user.Length > NodePrefix.Length ? user[NodePrefix.Length..] : null;

    // The system in the agent's comment: kubectl/v1.31.0 (linux/amd64) kubernetes/abc → linux.
    string? AgentSystem
    {
        get
        {
            var agent = Plain(HotField.UserAgent);
            var open = agent.IndexOf(" ("u8);
            if (open < 0) return null;
            agent = agent[(open + 2)..];
            var slash = agent.IndexOf((byte)'/');
            return slash > 0 && !agent[..slash].ContainsAnyExceptInRange((byte)'a', (byte)'z') ? _recent.Get(agent[..slash]) : null;
        }
    }

    // Impersonation happens after the request was received: until then nobody can say whom it acts as.
    bool IsImpersonationUnknown(out DerivedValue unknown)
    {
        unknown = default;
        if (_ranges.Has(HotField.ImpersonatedUser)) return false;
        unknown = Missing(HotField.ImpersonatedUser);
        return unknown.Kind == AnswerKind.Unknown;
    }

    DerivedValue OfEffectiveGroups()
    {
        if (IsImpersonationUnknown(out var unknown)) return unknown;
        var field = IsImpersonated ? HotField.ImpersonatedUserGroups : HotField.UserGroups;
        return TryOpen(field, out var groups) && groups.ValueKind == System.Text.Json.JsonValueKind.Array ? DerivedValue.OfElement(groups) : Missing(field);
    }

    DerivedValue OfServiceAccount(string? user, bool name)
    {
        if (user is null) return Missing(HotField.UserName);
        if (!user.StartsWith(ServiceAccountPrefix, StringComparison.Ordinal)) return DerivedValue.Absent;
        var colon = user.IndexOf(':', ServiceAccountPrefix.Length);
        if (colon <= ServiceAccountPrefix.Length || colon == user.Length - 1) return DerivedValue.Absent;
        return OfShared(name ? user[(colon + 1)..] : user[ServiceAccountPrefix.Length..colon]);
    }

    DerivedValue OfExtra(string key) =>
        TryPlainExtra(key, out var text) ? text.IsEmpty ? Missing(HotField.UserExtra) : DerivedValue.OfText(text, -1) : Extra(key) is { } value ? Of(value) : Missing(HotField.UserExtra);

    // As API servers write it, one search says it: where nothing is escaped and nothing nested, a text in quotes that a list of texts follows is a key. Empty: there is none. False: it must be read.
    bool TryPlainExtra(string key, out ReadOnlyMemory<byte> text)
    {
        text = default;
        if (!_ranges.Has(HotField.UserExtra)) return false;
        var extra = Raw(HotField.UserExtra);
        if (extra is not [(byte)'{', .. var members] || members.ContainsAny((byte)'\\', (byte)'{')) return false;
        Span<byte> quoted = stackalloc byte[LongestKey + 2];
        if (!System.Text.Encoding.UTF8.TryGetBytes(key, quoted[1..^1], out var length)) return false;
        quoted[0] = quoted[length + 1] = (byte)'"';
        quoted = quoted[..(length + 2)];
        var at = extra.IndexOf(quoted);
        if (at < 0) return true;
        at += quoted.Length;
        if (!extra[at..].StartsWith(":[\""u8)) return false;
        at += 3;
        var end = extra[at..].IndexOf((byte)'"');
        text = RawMemory(HotField.UserExtra).Slice(at, end);
        return end > 0;
    }

    DerivedValue OfAnnotation(string key)
    {
        if (Annotation(key) is { } value) return key.StartsWith("authorization.k8s.io/", StringComparison.Ordinal) ? OfShared(value) : Of(value);
        Span<byte> utf8 = stackalloc byte[256];
        return Missing(HotField.Annotations, utf8[..System.Text.Encoding.UTF8.GetBytes(key, utf8)]);
    }

    // Without named networks nobody can say what is inside.
    DerivedValue OfClientIpInCluster() =>
        Addresses is not { Scope: not AddressScope.None } facts ? Missing(HotField.SourceIps)
        : _cluster.Networks.Count == 0 ? DerivedValue.Unknown(UnknownReason.NoBaseline)
        : Of(facts.IsInCluster);

    DerivedValue OfClientIpScope() => Addresses.Scope switch
    {
        AddressScope.None => Missing(HotField.SourceIps),
        AddressScope.NoAddress => DerivedValue.Absent,
        AddressScope.Loopback => OfWord("loopback"),
        AddressScope.LinkLocal => OfWord("link-local"),
        AddressScope.Private => OfWord("private"),
        _ => OfWord("public"),
    };

    static AddressScope Scope(IPAddress address)
    {
        if (IPAddress.IsLoopback(address)) return AddressScope.Loopback;
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            return address.IsIPv6LinkLocal ? AddressScope.LinkLocal : address.IsIPv6UniqueLocal ? AddressScope.Private : AddressScope.Public;
        Span<byte> b = stackalloc byte[4];
        address.TryWriteBytes(b, out _);
        return Scope(b);
    }

    static AddressScope Scope(ReadOnlySpan<byte> ipv4)
    {
        return ipv4 switch
        {
            [127, ..] => AddressScope.Loopback,
            [169, 254, ..] => AddressScope.LinkLocal,
            [10, ..] or [172, >= 16 and <= 31, ..] or [192, 168, ..] or [100, >= 64 and <= 127, ..] => AddressScope.Private,
            _ => AddressScope.Public,
        };
    }
}
