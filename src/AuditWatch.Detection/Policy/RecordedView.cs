using System.Text;
using System.Text.Json;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Evaluation;
using SigmaReason = AuditWatch.Sigma.Evaluation.UnknownReason;

namespace AuditWatch.Detection.Policy;

/// <summary>
/// Shows of the events of a class of requests what all have in common once a policy has recorded them, and leaves open what may differ. What the level leaves out
/// is answered by the events' own reader, so that a simulation cannot say anything else than the engine will.
/// </summary>
sealed class RecordedView(SymbolTable symbols) : EventView
{
    static readonly string[] Open =
    [
        "userAgent", "sourceIPs", "responseStatus", "annotations", "authenticationMetadata", "auditID", "requestReceivedTimestamp", "stageTimestamp", "user.uid", "user.extra",
        "objectRef.uid", "objectRef.resourceVersion", "objectRef.apiVersion", "aw.ua", "aw.client_ip", "aw.source_ips_all", "aw.xff_present", "aw.outcome", "aw.decision",
        "aw.decision_reason", "aw.dry_run", "aw.issued_cred_id", "aw.cred_id", "aw.caller", "aw.field_selector", "aw.label_selector", "aw.limit", "impersonatedUser",
    ];

    static readonly string[] PersonNames = ["user.username", "aw.real_user", "aw.effective_user"];
    static readonly string[] NodeNames = [.. PersonNames, "aw.node_name"];
    static readonly string[] AccountNames = [.. PersonNames, "aw.sa.name", "aw.effective_sa.name"];
    static readonly string[] AccountsAnywhere = [.. AccountNames, "aw.sa.namespace", "aw.effective_sa.namespace"];
    static readonly string[] Effective = ["aw.effective_user", "aw.effective_groups", "aw.effective_sa", "aw.impersonated"];

    readonly AuditEvent _event = new(symbols);
    RequestClass? _class;
    AuditLevel _level;

    public RequestClass Class => _class ?? throw new InvalidOperationException("The view shows nothing yet.");

    /// <summary>Whether what was not recorded is taken for absent, as engines do that know two truth values only.</summary>
    public bool TakesMissingForAbsent { get; set; }

    public void Show(RequestClass requests, AuditLevel level, AuditStage stage)
    {
        (_class, _level) = (requests, level);
        if (!_event.TryRead(Encoding.UTF8.GetBytes(Json(requests, level, stage)), default, new ClusterFacts(), 0, out var fault))
            throw new InvalidOperationException($"A simulated event does not scan: {fault.Fault}.");
    }

    public override FieldValue Get(int slot)
    {
        var path = AuditFieldSchema.Instance.PathOf(slot);
        if (IsOpen(path.Text))
        {
            var told = _event.Get(path);
            return told.Kind == AnswerKind.Unknown && (SigmaReason)told.Why != SigmaReason.NoBaseline ? Value(told) : NotSaid(SigmaReason.None);
        }

        // A failed login sent nothing that was read, and was answered by a Status.
        if (Class.Caller.User is null && (IsWritten(path.Text) || Under(path.Text, "responseObject"))) return Value(_event.Get(path));
        if (path.Text is "objectRef.namespace" or "objectRef.name" or "aw.name" or "aw.list_scope" or "requestURI" or "aw.api_path") return Value(_event.Get(path));
        if (_event.TryGetSettled(path, PartyParts.User | PartyParts.Agent | PartyParts.Groups | PartyParts.Addresses, out var answer)) return Value(answer);
        if (Class.Request.Verb != "patch" || !IsWritten(path.Text)) return NotSaid(SigmaReason.None);
        // A patch says only what it changes; what it does not, the answer would, which is logged at the highest level only.
        return NotSaid(path.Text.StartsWith("requestObject", StringComparison.Ordinal) ? SigmaReason.PatchFragment : _level == AuditLevel.Request ? SigmaReason.PatchFragment | SigmaReason.LevelTooLow : SigmaReason.None);
    }

    public override bool AnyLeaf(LeafVisitor visit, out SigmaReason why)
    {
        why = NotShown | (_level == AuditLevel.RequestResponse || TakesMissingForAbsent ? SigmaReason.None : SigmaReason.LevelTooLow);
        return false;
    }

    bool IsOpen(string path)
    {
        var caller = Class.Caller;
        if (caller == Caller.Anybody && (Under(path, "user") || Under(path, "impersonatedUser") || path is "aw.real_user" or "aw.is_service_account" or "aw.is_node" or "aw.node_name" || Under(path, "aw.sa") || Effective.Any(f => Under(path, f)))) return true;
        if (caller.Impersonates && Effective.Any(f => Under(path, f))) return true;
        if (caller.Prefix is { } prefix && OpenNames(prefix).Contains(path)) return true;
        if (caller.Prefix == "" && (path is "user.groups" or "aw.effective_groups")) return true;
        if (path is "objectRef.name" or "aw.name") return Class.AnyName;
        if (path == "objectRef.namespace") return Class.AnyNamespace;
        if (path is "requestURI" or "aw.api_path") return Class.AnyPath || Class.Request.IsResource;
        if (path == "aw.is_create") return Class.Request.Verb is "patch" or "update";
        // Nobody knows who it was, but everything else of a failed login is known.
        if (caller.User is null && (Under(path, "responseStatus.code") || Under(path, "annotations") || Under(path, "aw.decision") || path is "aw.outcome" or "aw.dry_run" || Under(path, "user.extra") || Under(path, "aw.cred_id") || Under(path, "aw.caller"))) return false;
        return Open.Any(f => Under(path, f)) && !(Under(path, "impersonatedUser") && !caller.Impersonates);
    }

    static string[] OpenNames(string prefix) => prefix switch
    {
        "system:serviceaccount:" => AccountsAnywhere,
        "system:node:" => NodeNames,
        _ => prefix.StartsWith("system:serviceaccount:", StringComparison.Ordinal) ? AccountNames : PersonNames,
    };

    FieldValue Value(FieldAnswer answer)
    {
        if (TakesMissingForAbsent && answer.Kind == AnswerKind.Unknown && ((SigmaReason)answer.Why & SigmaReason.LevelTooLow) != 0) answer = FieldAnswer.Absent;
        return new FieldValue { Kind = (FieldKind)answer.Kind, Why = (SigmaReason)answer.Why, Utf8 = answer.Utf8, Symbol = answer.Symbol, Element = answer.Element };
    }

    static FieldValue NotSaid(SigmaReason also) => new() { Kind = FieldKind.Unknown, Why = NotShown | also, Symbol = -1 };

    static bool IsWritten(string path) => Under(path, "requestObject") || Under(path, "aw.pod") || Under(path, "aw.role") || Under(path, "aw.binding") || Under(path, "aw.csr");

    static bool Under(string path, string root) => path.StartsWith(root, StringComparison.Ordinal) && (path.Length == root.Length || path[root.Length] is '.' or '[' || root == "aw.decision");

    // Written by hand: a simulation makes a great many of them.
    static string Json(RequestClass requests, AuditLevel level, AuditStage stage)
    {
        var (request, caller) = (requests.Request, requests.Caller);
        var (isAnswered, isRefused) = (stage != AuditStage.RequestReceived, caller.User is null);
        var json = new StringBuilder(768).Append("""{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":""").Append(Text(level.ToString())).Append(""","auditID":"0","stage":""").Append(Text(stage.ToString())).Append(""","requestURI":""").Append(Text(request.IsResource ? "/x?y=z" : request.Path)).Append(",\"verb\":").Append(Text(request.Verb)).Append(",\"user\":{");
        if (!isRefused) json.Append("\"username\":").Append(Text(caller.User!)).Append(",\"groups\":[").AppendJoin(',', caller.Groups.Select(Text)).Append("""],"extra":{"example.com/x":["x"]}""");
        json.Append('}');
        if (caller.Impersonates && isAnswered) json.Append(""","impersonatedUser":{"username":"x","groups":["x"]}""");
        json.Append(""","sourceIPs":["192.0.2.1"],"userAgent":"x" """);
        if (request.IsResource)
        {
            json.Append(",\"objectRef\":{\"resource\":").Append(Text(request.Resource));
            Part("namespace", request.Namespace);
            Part("name", request.Name);
            Part("apiGroup", request.Group);
            Part("apiVersion", "v1");
            Part("subresource", request.Subresource);
            json.Append('}');
        }

        if (isAnswered)
        {
            json.Append(",\"responseStatus\":{\"metadata\":{},\"code\":").Append(isRefused ? "401" : stage == AuditStage.Panic ? "500" : "200").Append('}');
            var isStream = request.Subresource is "exec" or "attach" or "portforward" or "proxy";
            if (level != AuditLevel.Metadata && stage == AuditStage.ResponseComplete && !isStream && request.IsResource && request.Verb is not ("get" or "list" or "watch")) json.Append(""","requestObject":{"x":"x"}""");
            if (level == AuditLevel.RequestResponse && (stage == AuditStage.ResponseComplete || isRefused) && !isStream && request.Verb != "watch" && request.Subresource != "log") json.Append(isRefused ? ""","responseObject":{"kind":"Status","code":401}""" : ""","responseObject":{"x":"x"}""");
            if (!isRefused) json.Append(""","annotations":{"authorization.k8s.io/decision":"allow"}""");
        }

        return json.Append('}').ToString();

        void Part(string key, string value)
        {
            if (value.Length > 0) json.Append(",\"").Append(key).Append("\":").Append(Text(value));
        }
    }

    static string Text(string text) => "\"" + JsonEncodedText.Encode(text) + "\"";
}
