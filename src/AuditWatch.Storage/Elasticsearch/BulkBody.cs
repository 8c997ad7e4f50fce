using System.Text;
using AuditWatch.Events;
using AuditWatch.Events.Ecs;
using AuditWatch.Events.Model;

namespace AuditWatch.Storage.Elasticsearch;

/// <summary>Documents for one <c>_bulk</c> request, written once and kept until each is settled. For one thread at a time; used again.</summary>
public sealed class BulkBody
{
    readonly Utf8Output _output = new();
    readonly List<BulkDocument> _documents = [];
    readonly EcsDocument _document;
    readonly byte[] _action;

    /// <summary>For the audit stream of a place, whose documents one writer writes into one body after the other.</summary>
    public BulkBody(ElasticsearchPlace place, EcsDocument? document = null)
    {
        _document = document ?? new EcsDocument(place.Namespace, place.Topic);
        _action = Encoding.UTF8.GetBytes($$"""{"create":{"_index":"{{place.AuditStream}}","_id":""");
    }

    /// <summary>How many documents.</summary>
    public int Count => _documents.Count;

    /// <summary>How many bytes.</summary>
    public int Bytes => _output.Length;

    /// <summary>The journal is read up to here when this is settled.</summary>
    public EventPosition Last { get; set; }

    internal IReadOnlyList<BulkDocument> Documents => _documents;

    internal ReadOnlyMemory<byte> Utf8 => _output.Written;

    /// <summary>Adds an event.</summary>
    public void Add(AuditEvent audited, EventId id, EventPosition position, long receivedMicros, long nowMicros)
    {
        var start = _output.Length;
        _output.Raw(_action);
        _output.Id(id);
        _output.Raw("}}\n"u8);
        _document.Write(_output, audited, id, position, receivedMicros, nowMicros);
        _output.Raw("\n"u8);
        _documents.Add(new BulkDocument(id, position, audited.Cluster.Name, start, _output.Length - start));
        Last = position;
    }

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        _output.Clear();
        _documents.Clear();
    }
}
