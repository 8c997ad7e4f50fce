using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using static AuditWatch.Events.Tests.Redaction.Cleaning;

namespace AuditWatch.Events.Tests.Redaction;

/// <summary>Every way we know for a secret to get into an audit event. Each takes a secret and makes an event that holds it.</summary>
internal static class SecretPaths
{
    const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    public static readonly IReadOnlyDictionary<string, Func<PlantedSecret, string>> All = new Dictionary<string, Func<PlantedSecret, string>>(StringComparer.Ordinal)
    {
        // Secrets
        ["Secret data, request"] = s => Event("secrets", Secret(s)),
        ["Secret data, response"] = s => Event("secrets", Secret(s), part: "responseObject"),
        ["Secret stringData"] = s => Event("secrets", $$"""{"kind":"Secret","apiVersion":"v1","stringData":{"k":"{{s.Json}}"},"type":"Opaque"}"""),
        ["Secret stringData before kind, pretty-printed"] = s => Event("secrets", $$"""{ "stringData" : { "k" : "{{s.Json}}" } , "kind" : "Secret" }"""),
        ["Secret with escaped member names"] = s => Event("secrets", $$"""{"string\u0044ata":{"k":"{{s.Json}}"},"d\u0061ta":{"x":"{{s.Base64}}"} }""", verb: "patch"),
        ["Secret data that is not base64"] = s => Event("secrets", $$"""{"kind":"Secret","data":{"k":"{{s.Json}}!"} }"""),
        ["SecretList"] = s => Event("secrets", $$"""{"kind":"SecretList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[{"metadata":{"name":"a"},"data":{"k":"{{s.Base64}}"},"type":"Opaque"}]}""", "list", "responseObject"),
        ["deletecollection"] = s => Event("secrets", $$"""{"kind":"List","apiVersion":"v1","metadata":{},"items":[{{Secret(s)}}]}""", "deletecollection", "responseObject"),
        ["Table of Secrets"] = s => Event("secrets", $$"""{"kind":"Table","apiVersion":"meta.k8s.io/v1","columnDefinitions":[],"rows":[{"cells":["db","Opaque",1,"5d"],"object":{{Secret(s)}} }]}""", "list", "responseObject"),
        ["Table of Secrets whose objects do not say their kind"] = s => Event("secrets", $$"""{"kind":"Table","rows":[{"cells":["db"],"object":{"data":{"k":"{{s.Base64}}"} } }]}""", "list", "responseObject"),
        ["watch event"] = s => Event("secrets", $$"""{"type":"ADDED","object":{{Secret(s)}} }""", "watch", "responseObject"),
        ["merge patch"] = s => Event("secrets", $$"""{"data":{"k":"{{s.Base64}}"} }""", "patch"),
        ["strategic merge patch"] = s => Event("secrets", $$"""{"data":{"$patch":"replace","k":"{{s.Base64}}"},"$setElementOrder/x":["a"]}""", "patch"),
        ["server-side apply"] = s => Event("secrets", $$"""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"db","managedFields":[{"manager":"k","fieldsV1":{"f:data":{"f:k":{} } } }]},"data":{"k":"{{s.Base64}}"} }""", "patch"),
        ["JSON patch of one entry"] = s => Event("secrets", $$"""[{"op":"add","path":"/data/k","value":"{{s.Base64}}"}]""", "patch"),
        ["JSON patch of stringData"] = s => Event("secrets", $$"""[{"op":"replace","path":"/stringData","value":{"k":"{{s.Json}}"} }]""", "patch"),
        ["JSON patch test"] = s => Event("secrets", $$"""[{"op":"test","path":"/data/k","value":"{{s.Base64}}"}]""", "patch"),
        ["JSON patch, value before path"] = s => Event("secrets", $$"""[{"value":"{{s.Base64}}","path":"/data/k","op":"add"}]""", "patch"),
        ["JSON patch of the whole document"] = s => Event("secrets", $$"""[{"op":"replace","path":"","value":{{Secret(s)}} }]""", "patch"),
        ["JSON patch of the whole document, slash, no kind"] = s => Event("secrets", $$"""[{"op":"replace","path":"/","value":{"data":{"k":"{{s.Base64}}"} } }]""", "patch"),
        ["JSON patch of the annotation"] = s => Event("secrets", $$"""[{"op":"add","path":"/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration","value":{{InString(Secret(s))}} }]""", "patch"),
        ["JSON patch of annotations"] = s => Event("secrets", $$"""[{"op":"add","path":"/metadata/annotations","value":{"{{LastApplied}}":{{InString(Secret(s))}} } }]""", "patch"),
        ["JSON patch of metadata"] = s => Event("secrets", $$"""[{"op":"add","path":"/metadata","value":{"annotations":{"{{LastApplied}}":{{InString(Secret(s))}} } } }]""", "patch"),
        ["last-applied-configuration"] = s => Event("secrets", $$"""{"kind":"Secret","metadata":{"annotations":{"{{LastApplied}}":{{InString(Secret(s))}} } } }"""),
        ["last-applied-configuration with stringData"] = s => Event("secrets", $$"""{"metadata":{"annotations":{"{{LastApplied}}":{{InString($$"""{"kind":"Secret","stringData":{"k":"{{s.Json}}","pin":12345} }""")}} } } }""", "patch"),
        ["last-applied-configuration that is not JSON"] = s => Event("secrets", $$"""{"metadata":{"annotations":{"{{LastApplied}}":{{InString("{broken " + s.Text)}} } } }""", "patch"),
        ["last-applied-configuration inside last-applied-configuration"] = s => Event("secrets", $$"""{"metadata":{"annotations":{"{{LastApplied}}":{{InString($$"""{"kind":"Secret","metadata":{"annotations":{"{{LastApplied}}":{{InString(Secret(s))}} } } }""")}} } } }""", "patch"),
        ["patch annotation of a mutating webhook"] = s => Event("secrets", """{"kind":"Secret","metadata":{}}""", annotations: $$"""{"patch.webhook.admission.k8s.io/round_0_index_0":{{InString($$"""{"configuration":"c","webhook":"w","patch":[{"op":"add","path":"/data/k","value":"{{s.Base64}}"}],"patchType":"JSONPatch"}""")}} }"""),
        ["patch annotation, body cut away"] = s => Event("secrets", "null", annotations: $$"""{"patch.webhook.admission.k8s.io/round_0_index_0":{{InString($$"""{"patch":[{"op":"replace","path":"/stringData/k","value":"{{s.Json}}"}]}""")}} }"""),
        ["patch annotation that puts an environment variable into a pod"] = s => Event("pods", """{"kind":"Pod"}""", annotations: $$"""{"patch.webhook.admission.k8s.io/round_0_index_0":{{InString($$"""{"patch":[{"op":"add","path":"/spec/containers/0/env/-","value":{"name":"DB_PASSWORD","value":"{{s.Json}}"} }]}""")}} }"""),
        ["bootstrap token Secret"] = s => Event("secrets", $$"""{"kind":"Secret","type":"bootstrap.kubernetes.io/token","data":{"token-id":"YWJjZGVm","token-secret":"{{s.Base64}}"} }"""),
        ["Secret in a List of another resource"] = s => Event("configurations", $$"""{"kind":"List","items":[{"kind":"Pod"},{{Secret(s)}}]}"""),
        ["Secret in a custom resource"] = s => Event("manifests", $$"""{"kind":"ManifestWork","spec":{"workload":{"manifests":[{{Secret(s)}}]} } }"""),
        ["Secret as JSON in a custom resource's text"] = s => Event("addons", $$"""{"kind":"Addon","spec":{"template":{{InString(Secret(s))}} } }"""),
        ["Secret as YAML in a custom resource's text"] = s => Event("addons", $$"""{"kind":"Addon","spec":{"template":{{InString($"apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  k: {s.Base64}\n---\nkind: Pod\n")}} } }"""),
        ["Secret as YAML, block scalar"] = s => Event("addons", $$"""{"spec":{"template":{{InString($"kind: Secret\nstringData:\n  k: |\n    first\n    {Plain(s)}\ntype: Opaque\n")}} } }"""),
        ["last-applied-configuration of a custom resource that embeds a Secret"] = s => Event("addons", $$"""{"metadata":{"annotations":{"{{LastApplied}}":{{InString($$"""{"kind":"Addon","spec":{"object":{{Secret(s)}} } }""")}} } } }"""),

        ["Secret as one YAML text, as a patch that is not JSON"] = s => Event("secrets", InString($"data:\n  k: {s.Base64}\n"), "patch"),

        ["Secret posted as if it were an event"] = Secret,
        ["EventList posted as if it were an event"] = s => $$"""{"kind":"EventList","items":[{{Event("secrets", $$"""{"data":{"k":"{{s.Base64}}"} }""", "patch")}}]}""",
        ["audit event inside a custom resource"] = s => Event("reports", $$"""{"spec":{"log":{{InString(Event("secrets", $$"""{"data":{"k":"{{s.Base64}}"} }""", "patch"))}} } }"""),

        // Tokens
        ["TokenRequest"] = s => Event("serviceaccounts", $$"""{"kind":"TokenRequest","spec":{"audiences":["vault"],"expirationSeconds":600},"status":{"token":"{{s.Json}}"} }""", part: "responseObject", subresource: "token"),
        ["TokenReview"] = s => Event("tokenreviews", $$"""{"kind":"TokenReview","spec":{"token":"{{s.Json}}"},"status":{"authenticated":true} }"""),
        ["JSON Web Token in an annotation"] = s => Event("pods", $$"""{"kind":"Pod","metadata":{"annotations":{"x":"{{Jwt(s)}}"} } }"""),
        ["JSON Web Token in a status message"] = s => Event("pods", $$"""{"kind":"Status","message":"cannot use {{Jwt(s)}} here"}""", part: "responseObject"),
        ["base64 of a JSON Web Token"] = s => Event("pods", $$"""{"kind":"Pod","metadata":{"annotations":{"x":"{{B64(Jwt(s))}}"} } }"""),

        // The request itself
        ["Bearer in the user agent"] = s => Event("pods", "{}", agent: $"curl/8.1 Authorization: Bearer {Plain(s)}"),
        ["Basic in the user agent"] = s => Event("pods", "{}", agent: $"curl/8.1 (Basic {B64("admin:" + s.Text)})"),
        ["token= in the URI"] = s => Event("pods", "{}", uri: $"/api/v1/pods?token={Uri.EscapeDataString(s.Text)}"),
        ["access_token= in the URI, ampersand escaped as Go does"] = s => Event("pods", "{}", uri: $"/api/v1/pods?limit=1\\u0026access_token={Uri.EscapeDataString(s.Text)}\\u0026watch=1"),
        ["password= in a proxied URI"] = s => Event("services", "{}", uri: $"/api/v1/namespaces/p/services/x/proxy/login?user=a\\u0026password={Uri.EscapeDataString(s.Text)}"),
        ["letters encoded in the URI"] = s => Event("pods", "{}", uri: $"/api/v1/pods?%70%61ssw%6frd={Uri.EscapeDataString(s.Text)}"),
        ["user info in the URI"] = s => Event("pods", "{}", uri: $"/proxy/https://bob:{Plain(s)}@db/x"),
        ["user info, encoded, in an exec's command"] = s => Event("pods", "{}", uri: $"/api/v1/namespaces/p/pods/x/exec?command=psql\\u0026command={Uri.EscapeDataString("postgres://app:" + Plain(s) + "@db/app")}", subresource: "exec"),
        ["exec --password=…"] = s => Event("pods", "{}", uri: $"/x/exec?command=mysql\\u0026command=--password%3D{Uri.EscapeDataString(Plain(s))}", subresource: "exec"),
        ["exec --token …"] = s => Event("pods", "{}", uri: $"/x/exec?command=vault\\u0026command=--token\\u0026command={Uri.EscapeDataString(s.Text)}", subresource: "exec"),
        ["exec sh -c with a password"] = s => Event("pods", "{}", uri: $"/x/exec?command=sh\\u0026command=-c\\u0026command={Uri.EscapeDataString($"PGPASSWORD={Plain(s)} psql -h db")}", subresource: "exec"),
        ["exec mysql -p…"] = s => Event("pods", "{}", uri: $"/x/exec?command=mysql\\u0026command=-uroot\\u0026command=-p{Uri.EscapeDataString(Plain(s))}\\u0026command=--password", subresource: "exec"),
        ["Bearer in the URI"] = s => Event("pods", "{}", uri: $"/x/proxy/?h=Authorization:%20Bearer%20{Plain(s)}"),

        ["exec curl -H"] = s => Event("pods", "{}", uri: $"/x/exec?command=curl\\u0026command=-H\\u0026command={Uri.EscapeDataString("PRIVATE-TOKEN: " + Plain(s))}", subresource: "exec"),
        ["exec curl -u"] = s => Event("pods", "{}", uri: $"/x/exec?command=curl\\u0026command=-u\\u0026command=admin:{Uri.EscapeDataString(s.Text)}\\u0026command=password", subresource: "exec"),
        ["exec kubectl create secret"] = s => Event("pods", "{}", uri: $"/x/exec?command=kubectl\\u0026command=create\\u0026command=secret\\u0026command=--from-literal%3Dk%3D{Plain(s)}", subresource: "exec"),
        ["exec kubeadm join"] = s => Event("pods", "{}", uri: $"/x/exec?command=kubeadm\\u0026command=join\\u0026command=--token\\u0026command=abcdef.{Lower(s)}", subresource: "exec"),
        ["shared access signature"] = s => Event("configmaps", Config("url", $"https://a.blob.core.windows.net/c?sv=2024-01-01&sig={Plain(s)}&se=2026")),

        // Pods
        ["environment variable"] = s => Event("pods", Pod($$"""{"name":"c","env":[{"name":"DB_PASSWORD","value":"{{s.Json}}"}]}""")),
        ["environment variable API_TOKEN"] = s => Event("pods", Pod($$"""{"name":"c","env":[{"name":"API_TOKEN","value":"{{s.Json}}"}]}""")),
        ["environment variable, value first"] = s => Event("pods", Pod($$"""{"name":"c","env":[{"value":"{{s.Json}}","name":"clientSecret"}]}""")),
        ["environment variable with a connection string"] = s => Event("pods", Pod($$"""{"name":"c","env":[{"name":"DATABASE_URL","value":"postgres://app:{{Plain(s)}}@db:5432/app"}]}""")),
        ["environment variable of a deployment, in last-applied-configuration"] = s => Event("deployments", $$"""{"metadata":{"annotations":{"{{LastApplied}}":{{InString($$"""{"spec":{"template":{"spec":{"containers":[{"env":[{"name":"AWS_SECRET_ACCESS_KEY","value":"{{s.Json}}"}]}]} } } }""")}} } } }"""),
        ["environment variable by JSON patch"] = s => Event("deployments", $$"""[{"op":"replace","path":"/spec/template/spec/containers/0/env/3/value","value":"{{s.Json}}"}]""", "patch"),
        ["argument --password=…"] = s => Event("pods", Pod($$"""{"name":"c","args":["--user=a","--password={{Plain(s)}}"]}""")),
        ["argument --api-key …"] = s => Event("pods", Pod($$"""{"name":"c","command":["tool","--api-key","{{s.Json}}"]}""")),
        ["argument of curl -u"] = s => Event("pods", Pod($$"""{"name":"c","command":["sh","-c","curl -u admin:{{Plain(s)}} http://x/password"]}""")),
        // Nothing but the program and its option says what these are.
        ["curl -u alone"] = s => Event("pods", Pod($$"""{"name":"c","command":["sh","-c","curl -u admin:{{Plain(s)}} http://x/y"]}""")),
        ["curl -u alone, one argument each"] = s => Event("pods", Pod($$"""{"name":"c","command":["/usr/bin/curl","-s","-u","admin:{{Plain(s)}}"]}""")),
        ["curl --user alone"] = s => Event("pods", Pod($$"""{"name":"c","command":["curl","--user","admin:{{Plain(s)}}"]}""")),
        ["exec curl -u alone"] = s => Event("pods", "{}", uri: $"/x/exec?command=curl\\u0026command=-u\\u0026command=admin:{Uri.EscapeDataString(Plain(s))}", subresource: "exec"),
        ["exec sh -c curl%20-u alone"] = s => Event("pods", "{}", uri: $"/x/exec?command=sh\\u0026command=-c\\u0026command=curl%20-u%20admin:{Uri.EscapeDataString(Plain(s))}%20http:%2F%2Fx", subresource: "exec"),
        ["exec sh -c redis-cli+-a alone"] = s => Event("pods", "{}", uri: $"/x/exec?command=sh\\u0026command=-c\\u0026command=redis-cli+-a+{Uri.EscapeDataString(Plain(s))}+info", subresource: "exec"),
        ["mysql -p alone"] = s => Event("pods", Pod($$"""{"name":"c","args":["mysql","-h","db","-p{{Plain(s)}}"]}""")),
        ["ldapsearch -w alone"] = s => Event("pods", Pod($$"""{"name":"c","args":["sh","-c","ldapsearch -D cn=a -w {{Plain(s)}} x"]}""")),
        ["curl -u in a runtime alert's command line"] = s => Event("pods", $$$"""{"output_fields":{"proc.cmdline":"curl -u admin:{{{Plain(s)}}} http://x/y"} }"""),
        ["curl -u in a runtime alert's sentence"] = s => Event("pods", $$$"""{"output":"Outbound (user=root command=curl -s -u admin:{{{Plain(s)}}} http://x/y pod=a)"}"""),
        ["probe header"] = s => Event("pods", Pod($$"""{"name":"c","livenessProbe":{"httpGet":{"httpHeaders":[{"name":"Authorization","value":"Bearer {{Plain(s)}}"}]} } }""")),

        // ConfigMaps
        ["ConfigMap value under a credential's name"] = s => Event("configmaps", Config("DB_PASSWORD", s.Text)),
        ["ConfigMap properties file"] = s => Event("configmaps", Config("app.properties", $"a=1\nspring.datasource.password={Plain(s)}\nb=2\n")),
        ["ConfigMap YAML file"] = s => Event("configmaps", Config("app.yaml", $"db:\n  user: app\n  password: \"{Plain(s)}\"\n  port: 5432\n")),
        ["ConfigMap JSON file"] = s => Event("configmaps", Config("app.json", $$"""{"db":{"user":"app","password":"{{s.Json}}"} }""")),
        ["ConfigMap connection string"] = s => Event("configmaps", Config("conn", $"Server=db;User Id=app;Password={Plain(s)};Encrypt=true")),
        ["ConfigMap URL"] = s => Event("configmaps", Config("url", $"amqp://app:{Plain(s)}@rabbit:5672/vhost")),
        ["ConfigMap private key"] = s => Event("configmaps", Config("id", $"-----BEGIN RSA PRIVATE KEY-----\n{s.Base64}\n-----END RSA PRIVATE KEY-----\n")),
        ["ConfigMap kubeconfig"] = s => Event("configmaps", Config("kubeconfig", $"users:\n- name: a\n  user:\n    token: {Plain(s)}\n")),
        ["ConfigMap binaryData"] = s => Event("configmaps", $$"""{"kind":"ConfigMap","binaryData":{"f":"{{B64($"password={s.Text}\n")}}"} }"""),
        ["ConfigMap merge patch"] = s => Event("configmaps", $$"""{"data":{"apiKey":"{{s.Json}}"} }""", "patch"),
        ["ConfigMap JSON patch"] = s => Event("configmaps", $$"""[{"op":"add","path":"/data/apiKey","value":"{{s.Json}}"}]""", "patch"),
        ["ConfigMapList"] = s => Event("configmaps", $$"""{"kind":"ConfigMapList","items":[{"data":{"x":"token={{Plain(s)}}"} }]}""", "list", "responseObject"),

        // Anywhere
        ["private key in a custom resource"] = s => Event("issuers", $$"""{"spec":{"key":{{InString($"-----BEGIN PRIVATE KEY-----\n{s.Base64}\n-----END PRIVATE KEY-----")}} } }"""),
        ["base64 of a private key"] = s => Event("issuers", $$"""{"spec":{"bundle":"{{B64($"-----BEGIN EC PRIVATE KEY-----\n{s.Base64}\n-----END EC PRIVATE KEY-----\n")}}"} }"""),
        ["GitHub token"] = s => Event("issuers", $$"""{"spec":{"x":"ghp_{{Plain(s)}}AAAAAAAAAAAAAAAAAAAA"} }"""),
        ["Slack token"] = s => Event("issuers", $$"""{"spec":{"x":"xoxb-{{Plain(s)}}"} }"""),
        ["password in a custom resource"] = s => Event("databases", $$"""{"spec":{"auth":{"adminPassword":"{{s.Json}}"} } }"""),
        ["parameters of an Argo CD application"] = s => Event("applications", $$"""{"spec":{"parameters":[{"name":"db.password","value":"{{s.Json}}"}]} }"""),
    };

    static string Secret(PlantedSecret s) => $$"""{"kind":"Secret","apiVersion":"v1","metadata":{"name":"db"},"data":{"k":"{{s.Base64}}"},"type":"Opaque"}""";

    static string Pod(string container) => $$"""{"kind":"Pod","apiVersion":"v1","metadata":{"name":"p"},"spec":{"containers":[{{container}}]} }""";

    static string Config(string key, string value) => $$"""{"kind":"ConfigMap","apiVersion":"v1","data":{"{{key}}":{{InString(value)}},"mode":"fast"} }""";

    static string Jwt(PlantedSecret s) => $"eyJhbGciOiJSUzI1NiJ9.{B64("{\"sub\":\"a\"}").TrimEnd('=')}.{Plain(s)}";

    static string B64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    static string InString(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    static string Lower(PlantedSecret s) => ("0" + Plain(s)).ToLowerInvariant()[..16];

    // Where the text around ends at a quote or a slash, so must the secret.
    static string Plain(PlantedSecret s) => string.Concat(s.Text.Where(char.IsAsciiLetterOrDigit));
}
