namespace AuditWatch.Detection.Tests.Lint;

/// <summary>The defects that published rules for audit logs were found to have, each as such a rule has it.</summary>
public sealed class DefectClasses
{
    const string End = "\n  condition: selection\n", But = "\n  condition: selection and not known\n";

    public static TheoryData<string, string, string> Defects => new()
    {
        { "a field that events do not have", "AW1203", "hostPath: /etc" + End },
        { "a field whose parents were left away", "AW1203", "apiGroup: apps" + End },
        { "a member that the kind does not have", "AW2005", "objectRef.resource: rolebindings\n    requestObject.spec.serviceAccountName: default" + End },
        { "a word compared with a code", "AW2002", "responseStatus.code: 'ALLOW'" + End },
        { "the verb replace", "AW2001", "objectRef.resource: deployments\n    verb: [create, replace]\n    aw.dry_run: false" + End },
        { "no deletecollection", "AW2013", "objectRef.resource: configmaps\n    verb: [delete]\n    aw.dry_run: false" + End },
        { "exec by create only", "AW2012", "objectRef.resource: pods\n    objectRef.subresource: exec\n    verb: create" + End },
        { "a stage among the levels", "AW2003", "level: [RequestResponse, ResponseComplete]" + End },
        { "the level pinned", "AW2010", "objectRef.subresource: exec\n    level: Request" + End },
        { "allowed taken for done", "AW2011", "objectRef.resource: pods\n    annotations.authorization.k8s.io/decision: allow" + End },
        { "flattened arrays", "AW2006", "objectRef.resource: clusterroles\n    requestObject.rules.verbs: '\\*'\n    requestObject.rules.resources: secrets" + End },
        { "init containers missed", "AW2007", "objectRef.resource: pods\n    requestObject.spec.containers.securityContext.privileged: true" + End },
        { "ephemeral containers missed", "AW2007", "objectRef.resource: pods\n    requestObject.spec.containers.image: a\n    requestObject.spec.initContainers.image: a" + End },
        { "only pods looked at", "AW2008", "objectRef.resource: pods\n    requestObject.spec.hostPID: true" + End },
        { "one trusted image excludes the pod", "AW2009", "objectRef.resource: pods\n  known:\n    requestObject.spec.containers.image|startswith: gcr.io/" + But },
        { "the first of sourceIPs believed", "AW2020", "objectRef.resource: secrets\n  known:\n    sourceIPs[0]|cidr: 10.0.0.0/8" + But },
        { "everybody of the system excluded", "AW2018", "objectRef.resource: secrets\n  known:\n    user.username|startswith: 'system:'" + But },
        { "everybody of the system excluded, with a star", "AW2018", "objectRef.resource: secrets\n  known:\n    user.username: ['system:*', 'eks:*']" + But },
        { "all service accounts excluded by their group", "AW2018", "objectRef.resource: secrets\n  known:\n    user.groups: system:serviceaccounts" + But },
        { "a whole namespace excluded", "AW2019", "objectRef.resource: secrets\n  known:\n    objectRef.namespace: [kube-system, kube-public]" + But },
        { "the last-applied annotation searched", "AW2021", "objectRef.resource: pods\n    requestObject.metadata.annotations.kubectl.kubernetes.io/last-applied-configuration|contains: hostPath" + End },
        { "only the creation of rights", "AW2014", "objectRef.resource: clusterrolebindings\n    verb: create\n    aw.dry_run: false" + End },
        { "a binding's own name", "AW2022", "objectRef.resource: clusterrolebindings\n    objectRef.name: cluster-admin" + End },
        { "dry runs", "AW2015", "objectRef.resource: pods\n    verb: [create, patch]" + End },
        { "dry runs of server-side apply", "AW2015", "objectRef.resource: pods\n    aw.is_create: true" + End },
        { "the person lost behind the controller", "AW2034", "objectRef.resource: pods\n    verb: [create, update, patch]\n    aw.pod.host_pid: true" + End },
        { "a private address taken for benign", "AW2029", "objectRef.resource: secrets\n  known:\n    aw.client_ip.scope: private" + But },
        { "a private network taken for benign", "AW2029", "objectRef.resource: secrets\n  known:\n    sourceIPs|startswith: '10.'" + But },
        { "a JSON patch unparsed", "AW2033", "objectRef.resource: clusterroles\n    verb: [create, update, patch]\n    requestObject.rules.verbs: escalate" + End },
        { "a generated name", "AW2032", "objectRef.resource: daemonsets\n    verb: [create, patch]\n    objectRef.name|startswith: kube-proxy" + End },
        { "a rewritten annotation", "AW2024", "annotations.authorization_k8s_io/decision: allow\n    aw.outcome: success" + End },
        { "401 as anonymous", "AW2026", "user.username: system:anonymous\n    responseStatus.code: 401" + End },
    };

    [Theory]
    [MemberData(nameof(Defects))]
    public void A_rule_with_a_known_defect_is_told_so(string defect, string code, string selection)
    {
        Assert.True(RuleFolder.Codes("detection:\n  selection:\n    " + selection).Contains(code), defect);
    }

    [Fact]
    public void A_rule_for_privileged_containers_that_asks_for_escalation_is_told_so() =>
        Assert.Contains("AW2023", RuleFolder.Codes("title: Privileged pod created\ndetection:\n  selection:\n    requestObject.spec.containers.securityContext.allowPrivilegeEscalation: true" + End));

    [Fact]
    public void The_same_search_published_twice_is_found()
    {
        using var folder = new RuleFolder().Rule("detection:\n  selection:\n    verb: get\n    objectRef.resource: secrets" + End, "a.yml")
            .Rule("title: Another\nid: 0d6a8f0c-5a57-4d8f-8f4a-1f1a5ad0a111\ndetection:\n  any_name:\n    objectRef.resource: secrets\n    verb: get\n  condition: any_name\n", "b.yml");
        Assert.Single(folder.Lint().Findings, f => f.Code == "AW2025");
    }

    [Fact]
    public void References_fit_names_as_they_are_written_and_those_that_fit_nothing_are_told()
    {
        const string Rule = "name: Secret Reader\ndetection:\n  selection:\n    verb: get" + End;
        const string Uses = "title: Many\ncorrelation: {type: event_count, rules: [Secret Reader], timespan: 5m, condition: {gte: 3}}\n---\ntitle: Site\nlogsource: {product: kubernetes}\nfilter: {rules: [Secret Reader, Secret Reder], s: {user.username: bob}, condition: not s}\n";
        using var folder = new RuleFolder().Rule(Rule).Add("uses.yml", Uses);
        var found = folder.Lint().Findings.Where(f => f.File.EndsWith("uses.yml", StringComparison.Ordinal) && f.Code != "AW2043").ToArray();
        Assert.Equal(("AW2028", 4, "There is no rule 'Secret Reder', so nothing is filtered for it."), (Assert.Single(found).Code, found[0].Line, found[0].Message));
    }

    [Fact]
    public void Two_rules_with_one_id_are_found()
    {
        using var folder = new RuleFolder().Rule("detection:\n  selection:\n    verb: get" + End, "a.yml").Rule("detection:\n  selection:\n    verb: list" + End, "b.yml");
        var found = Assert.Single(folder.Lint().Findings, f => f.Code == "AW1506");
        Assert.EndsWith("b.yml", found.File, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_that_reads_a_body_wants_a_case_that_is_unknown()
    {
        const string Rule = "detection:\n  selection:\n    aw.pod.host_network: true" + End;
        const string Cases = "rule: 3c4c7c6e-0b5a-4b1d-9d0e-5a9e1c2f7b10\nfrom: traces/bases.yml#pod-create\ncases:\n  - it: fires\n    expect: fire\n";
        using var without = new RuleFolder().Rule(Rule).Add("rule.tests.yml", Cases);
        Assert.Contains(without.Lint().Findings, f => f.Code == "AW2016");
        using var with = new RuleFolder().Rule(Rule).Add("rule.tests.yml", Cases + "  - it: cannot tell\n    expect: unknown\n");
        Assert.DoesNotContain(with.Lint().Findings, f => f.Code == "AW2016");
    }
}
