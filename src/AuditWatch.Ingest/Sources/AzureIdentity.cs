using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;

namespace AuditWatch.Ingest.Sources;

/// <summary>With whose credential a source logs in to Azure, and where tokens are asked for.</summary>
public sealed record AzureIdentity
{
    /// <summary>Whose.</summary>
    public AzureIdentityKind Kind { get; init; }

    /// <summary>The directory; null: what AZURE_TENANT_ID says.</summary>
    public string? TenantId { get; init; }

    /// <summary>The application or the user-assigned identity; null: what AZURE_CLIENT_ID says, for a managed identity the system's own.</summary>
    public string? ClientId { get; init; }

    /// <summary>Reads a service principal's secret. Asked again every two seconds, so that it can be changed while a source runs.</summary>
    public Func<string>? ReadClientSecret { get; init; }

    /// <summary>PEM file with a service principal's certificate and key.</summary>
    public string? ClientCertificateFile { get; init; }

    /// <summary>The file that Kubernetes puts a workload's token into; null: what AZURE_FEDERATED_TOKEN_FILE says.</summary>
    public string? FederatedTokenFile { get; init; }

    /// <summary>Where tokens are asked for; null: what AZURE_AUTHORITY_HOST says, else Entra of the public cloud.</summary>
    public Uri? Authority { get; init; }

    /// <summary>PEM file of an authority that is trusted beside the system's when tokens are asked for.</summary>
    public string? CaFile { get; init; }

    /// <summary>Through which proxy tokens are asked for; null: what HTTPS_PROXY says. Never a managed identity's, whose endpoint is the machine's own.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>The credential. It keeps its tokens and asks again before they end, so there is one for each run of a source.</summary>
    internal TokenCredential Open()
    {
        // A host that is not one of Microsoft's is not asked of Microsoft either.
        var authority = Authority ?? (Uri.TryCreate(Environment.GetEnvironmentVariable("AZURE_AUTHORITY_HOST"), UriKind.Absolute, out var host) ? host : null);
        switch (Kind)
        {
            case AzureIdentityKind.ManagedIdentity:
                return new ManagedIdentityCredential(new ManagedIdentityCredentialOptions(ClientId is null ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(ClientId)));
            case AzureIdentityKind.WorkloadIdentity:
                var workload = Reach(new WorkloadIdentityCredentialOptions { DisableInstanceDiscovery = authority is not null }, authority);
                if (TenantId is not null) workload.TenantId = TenantId;
                if (ClientId is not null) workload.ClientId = ClientId;
                if (FederatedTokenFile is not null) workload.TokenFilePath = FederatedTokenFile;
                return new WorkloadIdentityCredential(workload);
            case AzureIdentityKind.ServicePrincipal when ClientCertificateFile is { } file:
                return new ClientCertificateCredential(Tenant, Client, X509Certificate2.CreateFromPemFile(file), Reach(new ClientCertificateCredentialOptions { DisableInstanceDiscovery = authority is not null }, authority));
            case AzureIdentityKind.ServicePrincipal:
                var secret = (ReadClientSecret ?? throw new IOException("A service principal needs client_secret_file, client_secret_env or client_certificate_file."))();
                return new ClientSecretCredential(Tenant, Client, secret, Reach(new ClientSecretCredentialOptions { DisableInstanceDiscovery = authority is not null }, authority));
            default:
                var any = Reach(new DefaultAzureCredentialOptions { DisableInstanceDiscovery = authority is not null }, authority);
                if (TenantId is not null) any.TenantId = TenantId;
                if (ClientId is not null) any.ManagedIdentityClientId = any.WorkloadIdentityClientId = ClientId;
                return new DefaultAzureCredential(any);
        }
    }

    /// <summary>What a running source looks at, to see that its credential was changed.</summary>
    internal string Stamp() => string.Join('\n', ReadClientSecret?.Invoke(), ClientCertificateFile is { } file ? File.ReadAllText(file) : null);

    /// <summary>What is wrong and what helps, when a credential was refused or is not to be had; null: it was something else.</summary>
    internal static string? Explain(Exception fault)
    {
        for (Exception? cause = fault; cause is not null; cause = cause.InnerException)
        {
            if (cause is CredentialUnavailableException)
                return $"No credential of Azure is to be had here: {Told(cause)} Name it with credential (managed-identity, workload-identity, service-principal), and see that this machine or pod has it.";
            if (cause is AuthenticationFailedException)
                return $"Azure gives no token: {Told(cause)} Check credential, tenant_id, client_id and the secret, certificate or federated token; a secret in a file is taken as soon as it is changed.";
        }

        return null;
    }

    string Tenant => TenantId ?? Variable("AZURE_TENANT_ID", "tenant_id");

    string Client => ClientId ?? Variable("AZURE_CLIENT_ID", "client_id");

    static string Variable(string name, string setting) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : throw new IOException($"A service principal needs {setting} (or the variable {name}).");

    TOptions Reach<TOptions>(TOptions options, Uri? authority) where TOptions : TokenCredentialOptions
    {
        if (authority is not null) options.AuthorityHost = authority;
        options.Retry.MaxRetries = 2;
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(20);
        if (CaFile is null && Proxy is null) return options;
        // Lives as long as the credential, which has no end of its own.
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(10) };
        if (Proxy is not null) handler.Proxy = new WebProxy(Proxy);
        if (CaFile is { } file)
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(file);
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                errors == SslPolicyErrors.None || (certificate is not null && OwnAuthority.IsTrusted(certificate, authorities, errors));
        }

        options.Transport = new HttpClientTransport(handler);
        return options;
    }

    // The credential's own message at times ends before the reason, which is then that of the exception within.
    static string Told(Exception fault)
    {
        var told = "";
        for (Exception? cause = fault; cause is not null; cause = cause.InnerException)
        {
            var line = string.Join(' ', cause.Message.Split((char[])['\r', '\n', ' '], StringSplitOptions.RemoveEmptyEntries));
            if (!told.Contains(line, StringComparison.Ordinal)) told = told.Length == 0 ? line : $"{told} {line}";
        }

        return told.EndsWith('.') ? told : told + ".";
    }
}
