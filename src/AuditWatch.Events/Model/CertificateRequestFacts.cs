using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace AuditWatch.Events.Model;

/// <summary>What a PKCS#10 request says: read with a plain ASN.1 reader, so that unusual keys and several organizations in one set (as Go writes them) are read too.</summary>
/// <param name="CommonName">The subject's CN; null when it has none.</param>
/// <param name="Organizations">The subject's O values: Kubernetes takes them for groups.</param>
/// <param name="AlternativeNames">Requested DNS names, addresses, URIs and mail addresses.</param>
/// <param name="KeyType">rsa, ecdsa, ed25519, or the algorithm's OID.</param>
sealed record CertificateRequestFacts(string? CommonName, IReadOnlyList<string> Organizations, IReadOnlyList<string> AlternativeNames, string KeyType)
{
    const int Largest = 64 * 1024;

    /// <summary>Reads <c>spec.request</c>: base64 over PEM (or over DER).</summary>
    public static bool TryRead(ReadOnlySpan<byte> base64, out CertificateRequestFacts facts)
    {
        facts = new CertificateRequestFacts(null, [], [], "");
        if (base64.Length > Largest) return false;
        var bytes = new byte[base64.Length];
        if (!TryBase64(base64, bytes, out var length)) return false;
        try
        {
            var text = Encoding.ASCII.GetString(bytes, 0, length);
            var der = PemEncoding.TryFind(text, out var pem) ? Convert.FromBase64String(text[pem.Base64Data]) : bytes[..length];
            facts = ReadDer(der);
            return true;
        }
        catch (Exception e) when (e is AsnContentException or FormatException or ArgumentException)
        {
            return false;
        }
    }

    static bool TryBase64(ReadOnlySpan<byte> base64, Span<byte> bytes, out int length)
    {
        length = 0;
        return System.Buffers.Text.Base64.DecodeFromUtf8(base64, bytes, out var consumed, out length) == System.Buffers.OperationStatus.Done && consumed == base64.Length;
    }

    static CertificateRequestFacts ReadDer(byte[] der)
    {
        var info = new AsnReader(der, AsnEncodingRules.BER).ReadSequence().ReadSequence();
        info.ReadInteger();
        var (commonName, organizations) = ReadSubject(info.ReadSequence());
        var algorithm = info.ReadSequence().ReadSequence().ReadObjectIdentifier();
        var names = new List<string>();
        var attributes = new Asn1Tag(TagClass.ContextSpecific, 0);
        if (info.HasData && info.PeekTag().HasSameClassAndValue(attributes)) ReadAttributes(info.ReadSetOf(attributes), names);
        return new CertificateRequestFacts(commonName, organizations, names, algorithm switch
        {
            "1.2.840.113549.1.1.1" => "rsa",
            "1.2.840.10045.2.1" => "ecdsa",
            "1.3.101.112" => "ed25519",
            _ => algorithm,
        });
    }

    static (string? CommonName, List<string> Organizations) ReadSubject(AsnReader names)
    {
        string? commonName = null;
        var organizations = new List<string>();
        while (names.HasData)
        {
            for (var set = names.ReadSetOf(); set.HasData;)
            {
                var pair = set.ReadSequence();
                var type = pair.ReadObjectIdentifier();
                var value = ReadText(pair);
                if (type == "2.5.4.3") commonName = value;
                else if (type == "2.5.4.10") organizations.Add(value);
            }
        }

        return (commonName, organizations);
    }

    static string ReadText(AsnReader reader)
    {
        var tag = reader.PeekTag();
        return tag.TagClass == TagClass.Universal && Enum.IsDefined((UniversalTagNumber)tag.TagValue) && (UniversalTagNumber)tag.TagValue is UniversalTagNumber.UTF8String
            or UniversalTagNumber.PrintableString or UniversalTagNumber.IA5String or UniversalTagNumber.T61String or UniversalTagNumber.BMPString
            ? reader.ReadCharacterString((UniversalTagNumber)tag.TagValue)
            : Convert.ToHexString(reader.ReadEncodedValue().Span);
    }

    static void ReadAttributes(AsnReader attributes, List<string> names)
    {
        while (attributes.HasData)
        {
            var attribute = attributes.ReadSequence();
            if (attribute.ReadObjectIdentifier() != "1.2.840.113549.1.9.14") continue;
            for (var extensions = attribute.ReadSetOf().ReadSequence(); extensions.HasData;)
            {
                var extension = extensions.ReadSequence();
                if (extension.ReadObjectIdentifier() != "2.5.29.17") continue;
                if (extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean)) extension.ReadBoolean();
                ReadNames(new AsnReader(extension.ReadOctetString(), AsnEncodingRules.BER).ReadSequence(), names);
            }
        }
    }

    // GeneralName: 1 mail, 2 DNS, 6 URI, 7 address.
    static void ReadNames(AsnReader list, List<string> names)
    {
        while (list.HasData)
        {
            var tag = list.PeekTag();
            switch (tag.TagClass == TagClass.ContextSpecific ? tag.TagValue : -1)
            {
                case 1 or 2 or 6:
                    names.Add(list.ReadCharacterString(UniversalTagNumber.IA5String, tag));
                    break;
                case 7:
                    var address = list.ReadOctetString(tag);
                    names.Add(address.Length is 4 or 16 ? new IPAddress(address).ToString() : Convert.ToHexString(address));
                    break;
                default:
                    list.ReadEncodedValue();
                    break;
            }
        }
    }
}
