using System.Text;
using AuditWatch.Events.Model;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Ecs;

// Who, from where, with what, at what.
public sealed partial class EcsDocument
{
    readonly List<byte[]> _addresses = [];

    void User(Utf8Output output, AuditEvent audited)
    {
        output.Name("user"u8);
        output.Open('{');
        if (_user is { } known) output.Raw(known[UserFields]);
        else WhoAsks(output, audited);
        if (audited.IsImpersonated && audited.ImpersonatedUserName is { Length: > 0 } effective)
        {
            output.Name("effective"u8);
            output.Open('{');
            Term(output, "name"u8, Encoding.UTF8.GetBytes(effective), "user.effective.name");
            output.Close('}');
        }
        output.Close('}');
    }

    void WhoAsks(Utf8Output output, AuditEvent audited)
    {
        Term(output, "name"u8, Text(audited, HotField.UserName), "user.name");
        Term(output, "id"u8, Text(audited, HotField.UserUid), "user.id");
        if (audited.UserGroups.Count == 0) return;
        output.Name("group"u8);
        output.Open('{');
        output.Name("name"u8);
        Terms(output, audited.UserGroups);
        output.Close('}');
    }

    void Request(Utf8Output output, AuditEvent audited)
    {
        Addresses(output, audited);
        if (_agent is { } known) output.Raw(known[0]);
        else Agent(output, audited);
        if (audited.ResponseCode is var code and not 0)
        {
            output.Name("http"u8);
            output.Raw("{\"response\":{"u8);
            output.Member("status_code"u8, code);
            output.Close('}');
            output.Close('}');
        }
        if (Text(audited, HotField.RequestUri) is { IsEmpty: false } uri)
        {
            var question = uri.IndexOf((byte)'?');
            output.Name("url"u8);
            output.Open('{');
            Term(output, "original"u8, uri, "url.original");
            Term(output, "path"u8, question < 0 ? uri : uri[..question], "url.path");
            if (question >= 0) Term(output, "query"u8, uri[(question + 1)..], "url.query");
            output.Close('}');
        }
    }

    void Agent(Utf8Output output, AuditEvent audited)
    {
        if (Text(audited, HotField.UserAgent) is not { IsEmpty: false } agent) return;
        output.Name("user_agent"u8);
        output.Open('{');
        Term(output, "original"u8, agent, "user_agent.original");
        Term(output, "name"u8, Encoding.UTF8.GetBytes(audited.AgentProduct ?? ""), "user_agent.name");
        Term(output, "version"u8, Encoding.UTF8.GetBytes(audited.AgentVersion ?? ""), "user_agent.version");
        output.Close('}');
    }

    void Addresses(Utf8Output output, AuditEvent audited)
    {
        if (_source is { } known) output.Raw(known[SourceFields]);
        else
        {
            FindAddresses(audited);
            AddressFields(output);
        }
        output.Name("related"u8);
        output.Open('{');
        if (_source is { } source) output.Raw(source[RelatedAddresses]);
        else if (_addresses.Count > 0) AddressList(output);
        output.Name("user"u8);
        output.Open('[');
        if (_user is { } user) output.Raw(user[RelatedUser]);
        else RelatedTo(output, audited);
        if (audited.IsImpersonated) Related(output, Encoding.UTF8.GetBytes(audited.ImpersonatedUserName ?? ""));
        output.Close(']');
        output.Close('}');
    }

    static void RelatedTo(Utf8Output output, AuditEvent audited)
    {
        Related(output, Text(audited, HotField.UserName));
        Related(output, Text(audited, HotField.UserUid));
    }

    void FindAddresses(AuditEvent audited)
    {
        _addresses.Clear();
        foreach (var text in audited.SourceIps)
        {
            var address = Encoding.UTF8.GetBytes(text);
            if (FieldFit.IsAddress(address)) _addresses.Add(address);
            else _dropped.Add("source.ip");
        }
    }

    void AddressFields(Utf8Output output)
    {
        if (_addresses.Count == 0) return;
        AddressesIn(output, "source"u8);
        AddressesIn(output, "client"u8);
    }

    void AddressesIn(Utf8Output output, ReadOnlySpan<byte> whose)
    {
        output.Name(whose);
        output.Open('{');
        AddressList(output);
        output.Close('}');
    }

    void AddressList(Utf8Output output)
    {
        output.Name("ip"u8);
        output.Open('[');
        foreach (var address in _addresses) output.Text(address);
        output.Close(']');
    }

    static void Related(Utf8Output output, ReadOnlySpan<byte> user)
    {
        if (user.Length is > 0 and <= FieldFit.LongestTerm) output.Text(user);
    }

    void Orchestrator(Utf8Output output, AuditEvent audited)
    {
        output.Name("orchestrator"u8);
        output.Open('{');
        output.Raw("\"type\":\"kubernetes\",\"cluster\":{"u8);
        Cluster(output, audited.Cluster.Name);
        output.Close('}');
        Term(output, "api_version"u8, Text(audited, HotField.ApiVersion), "orchestrator.api_version");
        Term(output, "namespace"u8, Text(audited, HotField.ObjectNamespace), "orchestrator.namespace");
        if (audited.Ranges.Has(HotField.ObjectRef))
        {
            output.Name("resource"u8);
            output.Open('{');
            Term(output, "type"u8, Text(audited, HotField.ObjectResource), "orchestrator.resource.type");
            // Only an object that has none in the request may have a generated one.
            var name = audited.Ranges.IsString(HotField.ObjectName) && audited.Ranges.Has(HotField.ObjectName) ? audited.Plain(HotField.ObjectName) : Encoding.UTF8.GetBytes(audited.Name ?? "");
            Term(output, "name"u8, name, "orchestrator.resource.name");
            Term(output, "id"u8, Text(audited, HotField.ObjectUid), "orchestrator.resource.id");
            output.Close('}');
        }
        output.Close('}');
    }

    void Cluster(Utf8Output output, string name)
    {
        if (!ReferenceEquals(name, _clusterName)) (_cluster, _clusterName) = (Encoding.UTF8.GetBytes(name), name);
        output.Name("name"u8);
        output.Text(_cluster);
    }

    void Terms(Utf8Output output, IReadOnlyList<string> texts)
    {
        output.Open('[');
        foreach (var text in texts)
        {
            var term = Encoding.UTF8.GetBytes(text);
            if (term.Length <= FieldFit.LongestTerm) output.Text(term);
            else _dropped.Add("user.group.name");
        }
        output.Close(']');
    }
}
