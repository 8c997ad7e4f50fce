using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AuditWatch.Storage.Elasticsearch;

/// <summary>Whom TLS believes: the authorities of one file and nobody else. The host's name is checked all the same.</summary>
internal static class CertificateTrust
{
    /// <summary>The policy that a file of PEM authorities makes; null without a file, when the system's authorities count.</summary>
    /// <exception cref="ElasticsearchFault">The file cannot be used.</exception>
    public static X509ChainPolicy? Of(string? file)
    {
        if (file is null) return null;
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(Authorities(file));
        return policy;
    }

    static X509Certificate2Collection Authorities(string file)
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(file);
            if (authorities.Count > 0) return authorities;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ElasticsearchFault(ElasticsearchFaultKind.Unusable, $"The authority file '{file}' cannot be read: {fault.Message}");
        }
        throw new ElasticsearchFault(ElasticsearchFaultKind.Unusable, $"The authority file '{file}' holds no PEM certificate.");
    }
}
