using System.Text;
using AuditWatch.Events.Redaction;
using Xunit;
using static AuditWatch.Events.Tests.Redaction.Cleaning;

namespace AuditWatch.Events.Tests.Redaction;

/// <summary>What only sounds like a secret stays: rules read it.</summary>
public class InnocentTextTests
{
    [Theory]
    // Pods
    [InlineData("pods", """{"kind":"Pod","metadata":{"name":"token-cleaner"},"spec":{"volumes":[{"name":"kube-api-access","projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token","audience":"vault"}}]}}],"automountServiceAccountToken":true}}""")]
    [InlineData("pods", """{"spec":{"containers":[{"env":[{"name":"DB_PASSWORD","valueFrom":{"secretKeyRef":{"name":"db-password","key":"password"}}},{"name":"TOKEN_PATH","value":"/var/run/token"},{"name":"SECRET_NAME","value":"prod-secret"},{"name":"AWS_WEB_IDENTITY_TOKEN_FILE","value":"/var/run/secrets/eks.amazonaws.com/serviceaccount/token"}]}]}}""")]
    [InlineData("pods", """{"spec":{"containers":[{"env":[{"name":"DB_PASSWORD","value":"$(FROM_ELSEWHERE)"},{"name":"API_TOKEN","value":"${TOKEN}"},{"name":"PASSWORD","value":""},{"name":"USE_TOKEN","value":"true"}]}]}}""")]
    [InlineData("pods", """{"spec":{"containers":[{"args":["--token-ttl=1h","--password-file=/etc/secret/pw","--token","/var/run/secrets/token","--secret-name=db","--password=$(PW)","--tls-private-key-file=/etc/k.key"]}]}}""")]
    [InlineData("pods", """{"spec":{"containers":[{"image":"registry.example/token-server@sha256:6a1c3c1e0d0f6a1c3c1e0d0f6a1c3c1e0d0f6a1c3c1e0d0f6a1c3c1e0d0f0000","imagePullPolicy":"Always"}],"imagePullSecrets":[{"name":"regcred-secret"}]}}""")]
    // RBAC, references, other objects
    [InlineData("roles", """{"kind":"Role","rules":[{"apiGroups":[""],"resources":["secrets","serviceaccounts/token"],"verbs":["get","create"],"resourceNames":["db-password","api-token"]}]}""")]
    [InlineData("ingresses", """{"spec":{"tls":[{"secretName":"web-tls"}]}}""")]
    [InlineData("databases", """{"spec":{"auth":{"secret":"db-credentials","passwordSecretRef":{"name":"x","key":"password"},"tokenExpirationSeconds":600,"credentials":"prod/db"}}}""")]
    [InlineData("externalsecrets", """{"kind":"ExternalSecret","spec":{"target":{"name":"db-secret"},"data":[{"secretKey":"password","remoteRef":{"key":"prod/db","property":"password"}}]}}""")]
    [InlineData("events", """{"kind":"Event","metadata":{"name":"worker.17a1b2c3d4e5f6a7"},"message":"MountVolume.SetUp failed for volume \"secret\" : secret \"db-password\" not found","involvedObject":{"kind":"Secret","name":"db"}}""")]
    [InlineData("certificatesigningrequests", """{"spec":{"request":"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlJQg==","signerName":"kubernetes.io/kube-apiserver-client","usages":["client auth"]}}""")]
    [InlineData("mutatingwebhookconfigurations", """{"webhooks":[{"clientConfig":{"caBundle":"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUI=","url":"https://hooks.example:8443/mutate"}}]}""")]
    [InlineData("secrets", """{"kind":"Secret","type":"Opaque","metadata":{"name":"db","labels":{"token":"yes"},"managedFields":[{"fieldsV1":{"f:data":{".":{},"f:password":{}}}}]},"data":{},"immutable":true}""")]
    [InlineData("secrets", """{"kind":"Status","status":"Failure","message":"secrets \"db-password\" not found","reason":"NotFound","details":{"name":"db-password","kind":"secrets"},"code":404}""")]
    [InlineData("secrets", """{"kind":"PartialObjectMetadataList","items":[{"metadata":{"name":"db","uid":"1b5f2e0c-6c1e-4f6e-9d2a-0a8f6a6a7a11"}}],"metadata":{"continue":"eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6NDQ1Mn0"}}""")]
    // ConfigMaps
    [InlineData("configmaps", """{"kind":"ConfigMap","data":{"app.yaml":"tokenizer: fast\npasswordPolicy: strict\nsecretName: db\nport: 8080\nurl: https://example.com:8443/a@b\n","ca.crt":"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n","key":"value","mode":"token"}}""")]
    [InlineData("configmaps", """{"kind":"ConfigMap","data":{"conf":"password: ${DB_PASSWORD}\ntoken: $(TOKEN)\nsecret={{ .Values.secret }}\n"}}""")]
    public void Stays_as_it_is(string resource, string body)
    {
        var json = Event(resource, body);
        Assert.Equal(json, Clean(json));
    }

    [Theory]
    [InlineData("/api/v1/namespaces/prod/secrets/db-password?timeout=32s")]
    [InlineData("/api/v1/pods?labelSelector=token%3Dabcdef123456%2Cpassword%3Dyes\\u0026limit=500\\u0026continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6NDQ1Mn0")]
    [InlineData("/apis/authentication.k8s.io/v1/tokenreviews")]
    [InlineData("/api/v1/namespaces/prod/pods/p/exec?command=cat\\u0026command=%2Fvar%2Frun%2Fsecrets%2Ftoken\\u0026container=c\\u0026stdin=true")]
    [InlineData("/api/v1/namespaces/prod/pods/p/exec?command=ls\\u0026command=-p\\u0026command=%2Ftmp")]
    public void A_URI_without_a_secret_stays(string uri)
    {
        var json = Event("pods", "{}", uri: uri);
        Assert.Equal(json, Clean(json));
    }

    [Theory]
    [InlineData("kubectl/v1.36.3 (linux/amd64) kubernetes/abcdef0")]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64) basic auth: bearer of news")]
    [InlineData("argocd-application-controller/v0.0.0 (linux/amd64) kubernetes/$Format")]
    public void A_user_agent_without_a_secret_stays(string agent)
    {
        var json = Event("pods", "{}", agent: agent);
        Assert.Equal(json, Clean(json));
    }

    [Fact]
    public void Surroundings_of_a_credential_in_a_longer_text_stay()
    {
        var cleaned = Clean(Event("configmaps", """{"kind":"ConfigMap","data":{"a":"Server=db;User Id=app;Password=hunter2hunter2;Encrypt=true","b":"db:\n  password: \"hunter2hunter2\"   # rotate\n  port: 5432\n","c":"run --user app --password hunter2hunter2 --verbose","d":"postgres://app:hunter2hunter2@db:5432/app?sslmode=require"}}"""), Plain);
        Assert.Contains("""{"a":"Server=db;User Id=app;Password=[redacted];Encrypt=true","b":"db:\n  password: \"[redacted]\"   # rotate\n  port: 5432\n","c":"run --user app --password [redacted] --verbose","d":"postgres://app:[redacted]@db:5432/app?sslmode=require"}""", cleaned, StringComparison.Ordinal);
    }

    [Fact]
    public void An_exec_command_keeps_everything_but_the_password()
    {
        var cleaned = Clean(Event("pods", "{}", uri: """/x/exec?command=sh\u0026command=-c\u0026command=PGPASSWORD%3Dhunter2hunter2+psql+-h+db\u0026container=c"""), Plain);
        Assert.Contains("""/x/exec?command=sh\u0026command=-c\u0026command=PGPASSWORD%3D[redacted]+psql+-h+db\u0026container=c""", cleaned, StringComparison.Ordinal);
    }

    [Fact]
    public void ConfigMaps_stay_when_switched_off_but_for_what_tells_itself()
    {
        var off = new Redactor(default, new RedactionOptions { ConfigMaps = false });
        var json = Event("configmaps", """{"kind":"ConfigMap","data":{"DB_PASSWORD":"hunter2hunter2"}}""");
        Assert.NotEqual(json, Clean(json));
        Assert.DoesNotContain("[redacted]\",\"", Clean(json, off), StringComparison.Ordinal);
    }

    static readonly Redactor Plain = new(default, new RedactionOptions());
}
