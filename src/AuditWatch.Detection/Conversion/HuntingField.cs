namespace AuditWatch.Detection.Conversion;

/// <summary>How one field of rules is called where events are searched.</summary>
/// <param name="Sql">An expression over the columns of the embedded index, NULL where the event does not have it; null when there is none.</param>
/// <param name="Elastic">The field of the documents in Elasticsearch; null when there is none that says the same.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="IsLate">Whether nobody can say before the request is answered.</param>
/// <param name="IsExact">Whether its values have one spelling, so that case does not matter.</param>
sealed record HuntingField(string? Sql, string? Elastic, HuntingKind Kind = HuntingKind.Text, bool IsLate = false, bool IsExact = false)
{
    /// <summary>An expression of ES|QL in place of the field, NULL where the event does not have it.</summary>
    public string? Esql { get; init; }

    /// <summary>The field of the documents that Lucene's syntax can ask and ES|QL cannot: one of several values.</summary>
    public string? Lucene { get; init; }

    /// <summary>A flag that no field holds: the query that finds where it is set.</summary>
    public string? LuceneFlag { get; init; }

    /// <summary>The query that finds where it is known, where its absence does not tell.</summary>
    public string? LuceneKnown { get; init; }

    /// <summary>Whether an event that has no value has one that nobody knows.</summary>
    public bool IsNeverAbsent { get; init; }

    const string Changed = "(kubernetes.audit.verb:\"update\" OR kubernetes.audit.verb:\"patch\")";
    const string OutcomeKnown = "(*:* AND NOT auditwatch.outcome:\"unknown\")";

    const string Account = "'^system:serviceaccount:([^:]+):(.+)$'";

    // As docs/derived-fields.md divides addresses.
    const string Scope = "CASE WHEN regexp_matches(client_ip, '^(127\\.|::1$)') THEN 'loopback' WHEN regexp_matches(client_ip, '^(169\\.254\\.|fe[89ab][0-9a-f]:)') THEN 'link-local' "
        + "WHEN regexp_matches(client_ip, '^(10\\.|192\\.168\\.|172\\.(1[6-9]|2[0-9]|3[01])\\.|100\\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\\.|f[cd][0-9a-f]{2}:)') THEN 'private' "
        + "WHEN regexp_matches(client_ip, '^([0-9]+\\.[0-9.]+|[0-9a-f:]*:[0-9a-f:.]*)$') THEN 'public' END";

    static readonly Dictionary<string, HuntingField> Known = new(StringComparer.Ordinal)
    {
        ["verb"] = new("verb", "kubernetes.audit.verb", IsExact: true),
        ["stage"] = new("stage", "kubernetes.audit.stage", IsExact: true),
        ["level"] = new("level", "kubernetes.audit.level", IsExact: true),
        ["aw.audit_level"] = new("level", "kubernetes.audit.level", IsExact: true),
        ["auditID"] = new("audit_id", "kubernetes.audit.auditID"),
        ["user.username"] = new("\"user\"", "kubernetes.audit.user.username"),
        ["aw.real_user"] = new("\"user\"", "kubernetes.audit.user.username"),
        ["user.groups"] = new("user_groups", null, HuntingKind.Texts) { Lucene = "kubernetes.audit.user.groups" },
        ["impersonatedUser.username"] = new("impersonated_user", "kubernetes.audit.impersonatedUser.username", IsLate: true),
        ["aw.effective_user"] = new("effective_user", "auditwatch.effective_user", IsLate: true),
        ["aw.impersonated"] = new("impersonated", "auditwatch.impersonated", HuntingKind.Flag, IsLate: true),
        ["aw.is_service_account"] = new($"regexp_matches(\"user\", {Account})", null, HuntingKind.Flag)
        {
            Esql = "kubernetes.audit.user.username RLIKE \"system:serviceaccount:[^:]+:.+\"", LuceneFlag = "kubernetes.audit.user.username:/system\\:serviceaccount\\:[^\\:]+\\:.+/",
        },
        ["aw.is_node"] = new("regexp_matches(\"user\", '^system:node:.')", null, HuntingKind.Flag)
        {
            Esql = "kubernetes.audit.user.username RLIKE \"system:node:.+\"", LuceneFlag = "kubernetes.audit.user.username:/system\\:node\\:.+/",
        },
        ["aw.sa.namespace"] = new($"nullif(regexp_extract(\"user\", {Account}, 1), '')", "auditwatch.service_account.namespace"),
        ["aw.sa.name"] = new($"nullif(regexp_extract(\"user\", {Account}, 2), '')", "auditwatch.service_account.name"),
        ["userAgent"] = new("user_agent", "kubernetes.audit.userAgent"),
        ["aw.ua.product"] = new("ua_product", "user_agent.name"),
        ["aw.ua.version"] = new("ua_version", "user_agent.version"),
        ["aw.client_ip"] = new("client_ip", null),
        ["sourceIPs"] = new("source_ips", null, HuntingKind.Texts),
        ["aw.source_ips_all"] = new("source_ips", null, HuntingKind.Texts),
        ["aw.client_ip.scope"] = new(Scope, "auditwatch.client_scope", IsExact: true),
        ["aw.xff_present"] = new("len(source_ips) > 1", "auditwatch.forwarded", HuntingKind.Flag),
        ["objectRef.apiGroup"] = new("nullif(api_group, '')", "kubernetes.audit.objectRef.apiGroup", IsExact: true),
        ["objectRef.apiVersion"] = new("api_version", "kubernetes.audit.objectRef.apiVersion", IsExact: true),
        ["objectRef.resource"] = new("resource", "kubernetes.audit.objectRef.resource", IsExact: true),
        ["objectRef.subresource"] = new("subresource", "kubernetes.audit.objectRef.subresource", IsExact: true),
        ["objectRef.namespace"] = new("namespace", "kubernetes.audit.objectRef.namespace", IsExact: true),
        ["objectRef.name"] = new("name", "kubernetes.audit.objectRef.name"),
        ["requestURI"] = new("request_uri", null),
        ["aw.api_path"] = new("api_path", null),
        ["responseStatus.code"] = new("code", "kubernetes.audit.responseStatus.code", HuntingKind.Number, IsLate: true),
        ["aw.outcome"] = new("nullif(outcome, 'unknown')", "auditwatch.outcome", IsLate: true, IsExact: true)
        {
            Esql = "CASE(auditwatch.outcome != \"unknown\", auditwatch.outcome)", LuceneKnown = OutcomeKnown, IsNeverAbsent = true,
        },
        ["annotations.authorization.k8s.io/decision"] = new("decision", "kubernetes.audit.annotations.authorization_k8s_io/decision", IsLate: true, IsExact: true),
        ["aw.decision"] = new("decision", "kubernetes.audit.annotations.authorization_k8s_io/decision", IsLate: true, IsExact: true),
        ["annotations.authorization.k8s.io/reason"] = new("decision_reason", "kubernetes.audit.annotations.authorization_k8s_io/reason", IsLate: true),
        ["aw.decision_reason"] = new("decision_reason", "kubernetes.audit.annotations.authorization_k8s_io/reason", IsLate: true),
        ["aw.cred_id"] = new("credential_id", "auditwatch.credential_id"),
        ["aw.issued_cred_id"] = new("issued_credential_id", "auditwatch.issued_credential_id", IsLate: true),
        ["aw.caller.pod"] = new("caller_pod", "auditwatch.caller.pod"),
        ["aw.caller.node"] = new("caller_node", "auditwatch.caller.node"),
        ["aw.list_scope"] = new("list_scope", "auditwatch.list_scope", IsExact: true),
        ["aw.dry_run"] = new("dry_run", "auditwatch.dry_run", HuntingKind.Flag),
        ["aw.is_create"] = new("CASE WHEN verb = 'create' THEN true WHEN verb IN ('update', 'patch') THEN code = 201 ELSE false END", null, HuntingKind.Flag, IsLate: true)
        {
            Esql = "CASE(kubernetes.audit.verb == \"create\", true, kubernetes.audit.verb IN (\"update\", \"patch\"), kubernetes.audit.responseStatus.code == 201, false)",
            LuceneFlag = $"(kubernetes.audit.verb:\"create\" OR ({Changed} AND kubernetes.audit.responseStatus.code:201))", LuceneKnown = $"((*:* AND NOT {Changed}) OR {OutcomeKnown})",
        },
        ["aw.exec.command_line"] = new("exec_command", null),
        ["aw.is_write"] = new("verb IN ('create', 'update', 'patch', 'delete', 'deletecollection')", "auditwatch.write", HuntingKind.Flag),
    };

    /// <summary>Null when the place where events are searched does not keep the field.</summary>
    public static HuntingField? Of(string field) => Known.GetValueOrDefault(field);
}

/// <summary>What a field holds.</summary>
enum HuntingKind
{
    Text,
    Texts,
    Number,
    Flag,
}
