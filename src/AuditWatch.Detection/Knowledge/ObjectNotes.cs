using System.Text.Json;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Events.Model;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Detection.Knowledge;

/// <summary>Reads notes off events: of workloads, roles, bindings, namespaces, admission webhooks and certificate requests that were written or deleted.</summary>
static class ObjectNotes
{
    static readonly FieldPath Response = Bind("responseObject"), Request = Bind("requestObject"), Rules = Bind("aw.role.rules"), RoleKind = Bind("aw.binding.role_kind"), RoleName = Bind("aw.binding.role_name"),
        ServiceAccount = Bind("aw.pod.service_account"), CertificateFor = Bind("aw.csr.subject.cn");

    /// <summary>Whether it can be of interest, from the bytes alone: asked of every event.</summary>
    public static bool IsWanted(AuditEvent e)
    {
        var json = e.Utf8.Span;
        var verb = e.Ranges.Of(json, HotField.Verb);
        if (verb.Length < 5 || verb[0] is not ((byte)'c' or (byte)'u' or (byte)'p' or (byte)'d')) return false;
        var resource = e.Ranges.Of(json, HotField.ObjectResource);
        var isNoted = resource.Length switch
        {
            4 => resource.SequenceEqual("pods"u8) || resource.SequenceEqual("jobs"u8),
            5 => resource.SequenceEqual("roles"u8),
            8 => resource.SequenceEqual("cronjobs"u8),
            10 => resource.SequenceEqual("daemonsets"u8) || resource.SequenceEqual("namespaces"u8),
            11 => resource.SequenceEqual("deployments"u8) || resource.SequenceEqual("replicasets"u8),
            12 => resource.SequenceEqual("statefulsets"u8) || resource.SequenceEqual("clusterroles"u8) || resource.SequenceEqual("rolebindings"u8),
            19 => resource.SequenceEqual("clusterrolebindings"u8),
            22 => resource.SequenceEqual("replicationcontrollers"u8),
            26 => resource.SequenceEqual("certificatesigningrequests"u8),
            28 => resource.SequenceEqual("mutatingwebhookconfigurations"u8),
            30 => resource.SequenceEqual("validatingwebhookconfigurations"u8),
            _ => resource.Length is > 28 and < 33 && resource.EndsWith("webhookconfigurations"u8),
        };
        return isNoted && !e.Ranges.Has(HotField.ObjectSubresource) && e.Stage == AuditStage.ResponseComplete && e.Outcome == Outcome.Success && !e.IsDryRun;
    }

    /// <summary>The note; null when the event cannot say which object it is about.</summary>
    public static ObjectNote? Of(AuditEvent e)
    {
        if (e.Resource is not { } resource || e.Name is not { Length: > 0 } name)
            return e.Verb == "create" && e.Resource is "pods" ? OfUnnamed(e) : null;
        var target = ObjectName.Of(e.ApiGroup, resource, e.Namespace, name);
        if (e.Verb is "delete") return new ObjectNote(target) { IsDeleted = true };
        if (e.Verb is not ("create" or "update" or "patch")) return null;
        var isCreated = e.Verb == "create" || e.ResponseCode == 201;
        var note = Read(e, target) ?? new ObjectNote(target) { IsUnreadable = true };
        return note with { IsCreated = isCreated };
    }

    // Pods of controllers get their name from the server; without a recorded answer only their owner is known.
    static ObjectNote? OfUnnamed(AuditEvent e) => Read(e, new ObjectName("", "pods", e.Namespace, "")) is { Owner: not null } note ? note with { IsCreated = true } : null;

    static ObjectNote? Read(AuditEvent e, ObjectName target)
    {
        var answer = e.Get(Response);
        var isWhole = answer.Kind == AnswerKind.Object && answer.Element.TryGetProperty("metadata", out _);
        if (!isWhole) answer = e.Get(Request);
        if (answer.Kind != AnswerKind.Object) return null;
        // A fragment says what it says; all else is as it was, and may be unknown.
        return OfObject(answer.Element, target, isWhole || e.Verb != "patch" || e.ResponseCode == 201) with
        {
            Powers = target.Resource is "roles" or "clusterroles" && e.Get(Rules) is { Kind: AnswerKind.Array } rules ? RolePowers.Of(rules.Element) : null,
            Role = RoleOf(e),
            Subjects = target.Resource.EndsWith("rolebindings", StringComparison.Ordinal) && BindingSubjects.Of(e) is { Count: > 0 } subjects ? subjects : null,
            ServiceAccount = Text(e, ServiceAccount),
            CertificateFor = target.Resource == "certificatesigningrequests" ? Text(e, CertificateFor) : null,
        };
    }

    /// <summary>What stands in the object itself.</summary>
    public static ObjectNote OfObject(JsonElement json, ObjectName target, bool isWhole)
    {
        var note = new ObjectNote(target);
        if (!json.TryGetProperty("metadata", out var metadata) || metadata.ValueKind != JsonValueKind.Object) metadata = default;
        if (metadata.ValueKind == JsonValueKind.Object)
        {
            note = note with { Uid = Text(metadata, "uid") };
            if (metadata.TryGetProperty("ownerReferences", out var owners) && owners.ValueKind == JsonValueKind.Array) note = OwnedBy(note, owners);
        }

        if (target.Resource == "namespaces") return note with { PodSecurity = PodSecurityOf(metadata, isWhole) };
        return target.Resource.EndsWith("webhookconfigurations", StringComparison.Ordinal) ? note with { Targets = TargetsOf(json) } : note;
    }

    static ObjectNote OwnedBy(ObjectNote note, JsonElement owners)
    {
        foreach (var owner in owners.EnumerateArray())
        {
            if (owner.ValueKind != JsonValueKind.Object || !(owner.TryGetProperty("controller", out var controls) && controls.ValueKind == JsonValueKind.True)) continue;
            if (Text(owner, "kind") is not { } kind || Text(owner, "name") is not { } name) continue;
            var version = Text(owner, "apiVersion") ?? "";
            var group = version.IndexOf('/') is > 0 and var slash ? version[..slash] : "";
            // A pod of the kubelet's own is owned by its node, which lies in no namespace.
            return note with { Owner = new ObjectName(group, ObjectName.ResourceOf(kind), kind == "Node" ? null : note.Object.Namespace, name), OwnerUid = Text(owner, "uid") };
        }

        return note;
    }

    static string? PodSecurityOf(JsonElement metadata, bool isWhole)
    {
        if (metadata.ValueKind != JsonValueKind.Object || !metadata.TryGetProperty("labels", out var labels) || labels.ValueKind != JsonValueKind.Object) return isWhole ? "" : null;
        if (!labels.TryGetProperty("pod-security.kubernetes.io/enforce", out var level)) return isWhole ? "" : null;
        return level.ValueKind == JsonValueKind.String ? level.GetString() : "";
    }

    static List<string>? TargetsOf(JsonElement json)
    {
        if (!json.TryGetProperty("webhooks", out var hooks) || hooks.ValueKind != JsonValueKind.Array) return null;
        var targets = new List<string>();
        foreach (var hook in hooks.EnumerateArray())
        {
            if (hook.ValueKind != JsonValueKind.Object || !hook.TryGetProperty("clientConfig", out var client) || client.ValueKind != JsonValueKind.Object) continue;
            var target = Text(client, "url") ?? (client.TryGetProperty("service", out var service) && service.ValueKind == JsonValueKind.Object ? $"{Text(service, "namespace")}/{Text(service, "name")}" : null);
            if (target is not null && !targets.Contains(target)) targets.Add(target);
        }

        return targets;
    }

    static ObjectName? RoleOf(AuditEvent e)
    {
        if (Text(e, RoleName) is not { } name) return null;
        var isOfCluster = Text(e, RoleKind) != "Role";
        return new ObjectName("rbac.authorization.k8s.io", isOfCluster ? "clusterroles" : "roles", isOfCluster ? null : e.Namespace, name);
    }

    static string? Text(AuditEvent e, FieldPath field) => e.Get(field) is { Kind: AnswerKind.Text } answer ? System.Text.Encoding.UTF8.GetString(answer.Utf8) : null;

    static string? Text(JsonElement owner, string key) => owner.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    static FieldPath Bind(string path) => AuditSchema.TryBind(path, out var field, out var problem) ? field : throw new InvalidOperationException(problem);
}
