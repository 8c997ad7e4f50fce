using System.Text;
using Elastic.Transport;

namespace AuditWatch.Storage.Elasticsearch;

/// <summary>An API key or a password from a file, read again when the file changes: keys are rotated without a restart.</summary>
internal sealed class FileCredential(string? username, string file) : AuthorizationHeader
{
    readonly Lock _gate = new();
    DateTime _read;
    string _value = "";

    public override string AuthScheme => username is null ? "ApiKey" : "Basic";

    public override bool TryGetAuthorizationParameters(out string value)
    {
        lock (_gate)
        {
            try
            {
                var written = File.GetLastWriteTimeUtc(file);
                if (written != _read)
                {
                    var secret = File.ReadAllText(file).Trim();
                    _value = username is null ? secret : Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{secret}"));
                    _read = written;
                }
            }
            catch (IOException)
            {
                // Being replaced: the last one stays in use.
            }
            value = _value;
            return _value.Length > 0;
        }
    }
}
