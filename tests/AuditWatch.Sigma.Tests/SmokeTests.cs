using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Sigma.Tests;

public sealed class SmokeTests
{
    [Theory]
    [InlineData("verb: get", "True")]
    [InlineData("verb: GET", "True")]
    [InlineData("verb|cased: GET", "False")]
    [InlineData("verb: [list, get]", "True")]
    [InlineData("user.username|startswith: 'system:'", "True")]
    [InlineData("user.username|endswith: ':runner'", "True")]
    [InlineData("user.username|contains|all: [ci, runner]", "True")]
    [InlineData("user.username|contains|all: [ci, other]", "False")]
    [InlineData("user.username: 'system:*:r?nner'", "True")]
    [InlineData("user.username|re: '^system:[a-z]+:'", "True")]
    [InlineData("responseStatus.code|gte: 400", "True")]
    [InlineData("responseStatus.code: 403", "True")]
    [InlineData("responseStatus.code: '403'", "True")]
    [InlineData("responseStatus.code|lt: 400", "False")]
    [InlineData("sourceIPs|cidr: 10.0.0.0/8", "True")]
    [InlineData("sourceIPs|cidr: 11.0.0.0/8", "False")]
    [InlineData("missing|exists: false", "True")]
    [InlineData("verb|exists: true", "True")]
    [InlineData("verb|neq: get", "False")]
    [InlineData("missing|neq: get", "True")]
    [InlineData("missing: null", "True")]
    [InlineData("annotations.authorization.k8s.io/decision: forbid", "True")]
    [InlineData("'annotations.[authorization.k8s.io/decision]': forbid", "True")]
    [InlineData("'rules[any]': {verbs: '\\*', resources: secrets}", "False")]
    [InlineData("'rules[any]': {verbs: get, resources: secrets}", "True")]
    [InlineData("'rules[0].resources': secrets", "True")]
    [InlineData("'rules[-1].verbs': '\\*'", "True")]
    [InlineData("'rules[none]': {resources: nodes}", "True")]
    [InlineData("'sourceIPs[all]|startswith': '10.'", "True")]
    public void One_item(string item, string expected)
    {
        const string json = """
            {"verb":"get","user":{"username":"system:ci:runner"},"responseStatus":{"code":403},"sourceIPs":["10.1.2.3"],
             "annotations":{"authorization.k8s.io/decision":"forbid"},
             "rules":[{"verbs":["get"],"resources":["secrets"]},{"verbs":["*"],"resources":["pods"]}]}
            """;
        Assert.Equal(expected, Rules.Truth1(item, json).ToString());
    }
}
