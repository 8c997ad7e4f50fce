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
        var name = Text(audited, HotField.UserName);
        var uid = Text(audited, HotField.UserUid);
        output.Name("user"u8);
        output.Open('{');
        Term(output, "name"u8, name, "user.name");
        Term(output, "id"u8, uid, "user.id");
        if (audited.UserGroups.Count > 0)
        {
            output.Name("group"u8);
            output.Open('{');
            output.Name("name"u8);
            Terms(output, audited.UserGroups);
            output.Close('}');
        }
        if (audited.IsImpersonated && audited.ImpersonatedUserName is { Length: > 0 } effective)
        {
            output.Name("effective"u8);
            output.Open('{');
            Term(output, "name"u8, Encoding.UTF8.GetBytes(effective), "user.effective.name");
            output.Close('}');
        }
        output.Close('}');
    }

    void Request(Utf8Output output, AuditEvent audited)
    {
        Addresses(output, audited);
        if (Text(audited, HotField.UserAgent) is { IsEmpty: false } agent)
        {
            output.Name("user_agent"u8);
            output.Open('{');
            Term(output, "original"u8, agent, "user_agent.original");
            Term(output, "name"u8, Encoding.UTF8.GetBytes(audited.AgentProduct ?? ""), "user_agent.name");
            Term(output, "version"u8, Encoding.UTF8.GetBytes(audited.AgentVersion ?? ""), "user_agent.version");
            output.Close('}');
        }
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

    void Addresses(Utf8Output output, AuditEvent audited)
    {
        _addresses.Clear();
        foreach (var text in audited.SourceIps)
        {
            var address = Encoding.UTF8.GetBytes(text);
            if (FieldFit.IsAddress(address)) _addresses.Add(address);
            else _dropped.Add("source.ip");
        }
        if (_addresses.Count > 0)
        {
            AddressesIn(output, "source"u8);
            AddressesIn(output, "client"u8);
        }
        output.Name("related"u8);
        output.Open('{');
        if (_addresses.Count > 0)
        {
            AddressList(output);
        }
        output.Name("user"u8);
        output.Open('[');
        Related(output, Text(audited, HotField.UserName));
        Related(output, Text(audited, HotField.UserUid));
        if (audited.IsImpersonated) Related(output, Encoding.UTF8.GetBytes(audited.ImpersonatedUserName ?? ""));
        output.Close(']');
        output.Close('}');
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
        output.Member("name"u8, audited.Cluster.Name);
        output.Close('}');
        Term(output, "api_version"u8, Text(audited, HotField.ApiVersion), "orchestrator.api_version");
        Term(output, "namespace"u8, Text(audited, HotField.ObjectNamespace), "orchestrator.namespace");
        if (audited.Ranges.Has(HotField.ObjectRef))
        {
            output.Name("resource"u8);
            output.Open('{');
            Term(output, "type"u8, Text(audited, HotField.ObjectResource), "orchestrator.resource.type");
            Term(output, "name"u8, Encoding.UTF8.GetBytes(audited.Name ?? ""), "orchestrator.resource.name");
            Term(output, "id"u8, Text(audited, HotField.ObjectUid), "orchestrator.resource.id");
            output.Close('}');
        }
        output.Close('}');
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
