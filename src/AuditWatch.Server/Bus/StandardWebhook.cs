using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AuditWatch.Server.Bus;

/// <summary>Signs a body as the Standard Webhooks specification asks: HMAC-SHA256 over <c>id.timestamp.body</c>, sent as <c>webhook-signature: v1,BASE64</c>.</summary>
static class StandardWebhook
{
    /// <summary>The key of a secret: base64 after <c>whsec_</c>, else the text's own bytes.</summary>
    public static byte[] KeyOf(string secret)
    {
        const string prefix = "whsec_";
        return secret.StartsWith(prefix, StringComparison.Ordinal) ? Convert.FromBase64String(secret[prefix.Length..]) : Encoding.UTF8.GetBytes(secret);
    }

    public static HttpRequestMessage Sign(Uri url, string id, DateTimeOffset now, byte[] body, byte[] key)
    {
        var timestamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signed = HMACSHA256.HashData(key, (byte[])[.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body]);
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp);
        request.Headers.Add("webhook-signature", "v1," + Convert.ToBase64String(signed));
        return request;
    }
}
