using System.Globalization;
using AuditWatch.Events;

namespace AuditWatch.Storage.Elasticsearch;

/// <summary>Where an Elasticsearch is, and how to prove who we are.</summary>
/// <param name="Url">Its URL; a path is kept.</param>
/// <param name="Namespace">The namespace of our data streams.</param>
/// <param name="ApiKeyFile">File with the encoded API key; read again for every connection set-up.</param>
/// <param name="Username">Or a user,</param>
/// <param name="PasswordFile">and the file with its password.</param>
/// <param name="CaFile">PEM of the authority that signed the server's certificate; null: the system's authorities.</param>
public sealed record ElasticsearchPlace(string Url, string Namespace = "default", string? ApiKeyFile = null, string? Username = null, string? PasswordFile = null, string? CaFile = null)
{
    static readonly System.Buffers.SearchValues<char> NotInNames = System.Buffers.SearchValues.Create("\\/*?\"<>| ,#:-");

    /// <summary>AuditWatch's own URL as people reach it: what links in documents lead to; null: no links.</summary>
    public string? AuditWatchUrl { get; init; }

    /// <summary>The topic that the journal is kept in; null: it is a folder.</summary>
    public JournalTopic? Topic { get; init; }

    /// <summary>The data stream of audit documents.</summary>
    public string AuditStream => $"logs-kubernetes.audit_logs-{Namespace}";

    /// <summary>The data stream of alerts.</summary>
    public string AlertStream => $"logs-auditwatch.alert-{Namespace}";

    /// <summary>The index of where alerts stand.</summary>
    public string TriageIndex => $"auditwatch-triage-{Namespace}";

    /// <summary>A place in the journal in one word, as documents of alerts name their evidence.</summary>
    internal string WordOf(EventPosition position) => Topic is { } topic ? topic.Word(position) : string.Create(CultureInfo.InvariantCulture, $"{position.Segment}-{position.Frame}-{position.Index}");

    /// <summary>Whether a data stream's name can end in this: the rules that all Elastic agents share.</summary>
    public static bool IsNamespace(string name) =>
        name.Length is > 0 and <= 100 && !name.AsSpan().ContainsAny(NotInNames) && name.All(c => c is > ' ' and < '\u007f' && !char.IsAsciiLetterUpper(c)) && name is not ("." or "..");
}
