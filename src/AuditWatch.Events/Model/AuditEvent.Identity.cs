using System.Text;
using System.Text.Json;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Model;

// Who asked, as whom, from where, and with what.
public sealed partial class AuditEvent
{
    const int LongestKey = 512;
    const string CallerPodKey = "authentication.kubernetes.io/pod-name";
    const string CredentialIdKey = "authentication.kubernetes.io/credential-id";

    readonly RecentTexts _recent = new();
    readonly RecentLists _lists = new();
    IReadOnlyList<string>? _groups, _impersonatedGroups, _sourceIps;
    string? _agentProduct, _agentVersion;
    bool _agentKnown;

    /// <summary>user.username: the authenticated user</summary>
    public string? UserName => Text(HotField.UserName);

    /// <summary>user.groups</summary>
    public IReadOnlyList<string> UserGroups => _groups ??= Strings(HotField.UserGroups);

    /// <summary>impersonatedUser.username</summary>
    public string? ImpersonatedUserName => Text(HotField.ImpersonatedUserName);

    /// <summary>impersonatedUser.groups</summary>
    public IReadOnlyList<string> ImpersonatedGroups => _impersonatedGroups ??= Strings(HotField.ImpersonatedUserGroups);

    /// <summary>impersonated user if there is one, else the authenticated user</summary>
    public string? EffectiveUser => IsImpersonated ? ImpersonatedUserName : UserName;

    /// <summary>Whether the request acted as somebody else.</summary>
    public bool IsImpersonated => _ranges.Has(HotField.ImpersonatedUser) && Plain(HotField.ImpersonatedUser) is [(byte)'{', ..];

    /// <summary>userAgent</summary>
    public string? UserAgent => Text(HotField.UserAgent);

    /// <summary>First product token of the agent, for instance <c>kubectl</c>.</summary>
    public string? AgentProduct { get { SplitAgent(); return _agentProduct; } }

    /// <summary>Its version, for instance <c>1.31.0</c>.</summary>
    public string? AgentVersion { get { SplitAgent(); return _agentVersion; } }

    /// <summary>sourceIPs</summary>
    public IReadOnlyList<string> SourceIps => _sourceIps ??= Strings(HotField.SourceIps);

    /// <summary>user.extra credential id, for instance <c>JTI=…</c></summary>
    public string? CredentialId => Extra(CredentialIdKey);

    /// <summary>The credential that this request issued (annotation).</summary>
    public string? IssuedCredentialId => Annotation("authentication.kubernetes.io/issued-credential-id");

    /// <summary>Pod that the caller's token is bound to.</summary>
    public string? CallerPod => Extra(CallerPodKey);

    /// <summary>Node that the caller's token is bound to.</summary>
    public string? CallerNode => Extra("authentication.kubernetes.io/node-name");

    /// <summary>First value of a user.extra key; null when absent.</summary>
    public string? Extra(string key)
    {
        if (!_ranges.Has(HotField.UserExtra)) return null;
        var extra = Reader(HotField.UserExtra);
        if (!TryFindMember(ref extra, key)) return null;
        if (extra.TokenType == JsonTokenType.StartArray && !extra.Read()) return null;
        return extra.TokenType == JsonTokenType.String ? TextOf(ref extra) : null;
    }

    Utf8JsonReader Reader(HotField field) =>
        new(Raw(field), new JsonReaderOptions { MaxDepth = 128 });

    bool TryFindMember(ref Utf8JsonReader reader, string key)
    {
        Span<byte> utf8 = stackalloc byte[LongestKey];
        return Encoding.UTF8.TryGetBytes(key, utf8, out var length) && TryFindMember(ref reader, utf8[..length]);
    }

    // Leaves the reader at the member's value. The API server never writes a key twice; the first is as good as the last.
    bool TryFindMember(ref Utf8JsonReader reader, scoped ReadOnlySpan<byte> key)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueIsEscaped ? Unescaped(reader.ValueSpan).Span.SequenceEqual(key) : reader.ValueSpan.SequenceEqual(key);
            if (!reader.Read()) return false;
            if (found) return true;
            if (!reader.TrySkip()) return false;
        }

        return false;
    }

    string TextOf(ref Utf8JsonReader reader) => _recent.Get(reader.ValueIsEscaped ? Unescaped(reader.ValueSpan).Span : reader.ValueSpan);

    // The same few lists of groups and addresses come with every event: each is one array, found by its JSON.
    IReadOnlyList<string> Strings(HotField field)
    {
        if (!_ranges.Has(field)) return [];
        var raw = Raw(field);
        if (_lists.TryGet(raw, out var known)) return known;
        var texts = new List<string>();
        var reader = Reader(field);
        while (reader.Read())
            if (reader.TokenType == JsonTokenType.String) texts.Add(TextOf(ref reader));
        string[] list = [.. texts];
        _lists.Keep(raw, list);
        return list;
    }

    void SplitAgent()
    {
        if (_agentKnown) return;
        _agentKnown = true;
        _agentProduct = _agentVersion = null;
        var agent = Plain(HotField.UserAgent);
        var space = agent.IndexOf((byte)' ');
        var token = space < 0 ? agent : agent[..space];
        if (token.IsEmpty) return;
        var slash = token.IndexOf((byte)'/');
        _agentProduct = _recent.Get(slash < 0 ? token : token[..slash]);
        if (slash < 0) return;
        var version = token[(slash + 1)..];
        if (version is [(byte)'v', >= (byte)'0' and <= (byte)'9', ..]) version = version[1..];
        if (!version.IsEmpty) _agentVersion = _recent.Get(version);
    }


    void ForgetIdentity()
    {
        _groups = _impersonatedGroups = _sourceIps = null;
        _agentKnown = false;
        _clientIpKnown = _addressesKnown = false;
    }
}
