using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AuditWatch.Sigma.Yaml;

namespace AuditWatch.Sigma.Parsing;

/// <summary>The id of a document that has none: UUIDv5 of its title and its detection, so that it stays the same when the file moves.</summary>
internal static class DerivedId
{
    static readonly byte[] Namespace = new Guid("8f0c6c1e-4a0d-5b8e-9c53-0d6f1b6e2a77").ToByteArray(bigEndian: true);

    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "UUIDv5 is defined over SHA-1; nothing is secured by it.")]
    public static string From(string title, YamlMap body)
    {
        var name = Encoding.UTF8.GetBytes(title + "\n" + Canonical(body));
        var hash = SHA1.HashData([.. Namespace, .. name]).AsSpan(0, 16);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash, bigEndian: true).ToString("D");
    }

    // Order of keys, comments, quotes and layout do not matter to a detection's identity; types and values do.
    static string Canonical(YamlValue value) => value switch
    {
        YamlMap map => "{" + string.Join(",", map.Items.OrderBy(i => i.Key.Text, StringComparer.Ordinal).Select(i => JsonSerializer.Serialize(i.Key.Text) + ":" + Canonical(i.Value))) + "}",
        YamlList list => "[" + string.Join(",", list.Items.Select(Canonical)) + "]",
        YamlScalar scalar => scalar.ToSigma() is { Kind: SigmaScalarKind.Text } text ? JsonSerializer.Serialize(text.Text) : scalar.ToSigma() is { Kind: SigmaScalarKind.Null } ? "null" : scalar.ToSigma().Text,
        _ => "",
    };
}
