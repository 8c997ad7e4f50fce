using AuditWatch.Events.Model;

namespace AuditWatch.Events.Ecs;

/// <summary>event.category and event.type, from what was asked of what. Elastic's integration leaves them empty; Timeline and EQL need them.</summary>
internal static class EcsCategories
{
    public static void Write(Utf8Output output, AuditEvent audited, bool? allowed)
    {
        var resource = audited.Resource;
        var subresource = audited.Subresource;
        output.Name("category"u8);
        output.Open('[');
        output.Text("api"u8);
        if (resource is "roles" or "clusterroles" or "rolebindings" or "clusterrolebindings" or "serviceaccounts" or "certificatesigningrequests") output.Text("iam"u8);
        if (resource is "tokenreviews" || subresource is "token") output.Text("authentication"u8);
        if (subresource is "exec" or "attach" or "portforward") output.Text("session"u8);
        if (subresource is "exec" or "attach") output.Text("process"u8);
        if (resource is "configmaps" or "mutatingwebhookconfigurations" or "validatingwebhookconfigurations") output.Text("configuration"u8);
        output.Close(']');

        output.Name("type"u8);
        output.Open('[');
        switch (audited.Verb)
        {
            case "get" or "list" or "watch" or "head": output.Text("access"u8); break;
            case "create" or "post": output.Text("creation"u8); break;
            case "update" or "patch" or "put": output.Text("change"u8); break;
            case "delete" or "deletecollection": output.Text("deletion"u8); break;
            default: output.Text("info"u8); break;
        }
        if (subresource is "exec" or "attach" or "portforward") output.Text("start"u8);
        if (allowed is { } decision) output.Text(decision ? "allowed"u8 : "denied"u8);
        output.Close(']');
    }
}
