using AuditWatch.Events.Model;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Ecs;

// Parts that come back with event after event are written once, and copied from then on. What is written of such a part depends on its JSON alone (and, for addresses,
// on the cluster's proxies and networks); a part of which something had to be left out is never kept, so that names of what was dropped stay in their order.
public sealed partial class EcsDocument
{
    readonly Utf8Output _pieces = new();
    readonly RecentPieces _users = new(1024), _sources = new(1024), _agents = new(512), _annotations = new(1024), _statuses = new(256), _targets = new(1024);
    Pieces? _user, _source, _agent, _annotation, _status, _target;

    // Pieces of a user.
    const int UserFields = 0, RelatedUser = 1, AuditUser = 2, Credential = 3, Bound = 4;

    // Pieces of addresses.
    const int SourceFields = 0, RelatedAddresses = 1, AuditSource = 2, ClientFields = 3;

    // Pieces of annotations. Agents, statuses and targets are one piece.
    const int AuditAnnotations = 0, IssuedCredential = 1;

    void Recognize(AuditEvent audited)
    {
        _user = Recognize(_users, audited, HotField.User, null);
        _source = Recognize(_sources, audited, HotField.SourceIps, audited.Cluster);
        _agent = Recognize(_agents, audited, HotField.UserAgent, null);
        _annotation = Recognize(_annotations, audited, HotField.Annotations, null);
        _status = Recognize(_statuses, audited, HotField.ResponseStatus, null);
        _target = Recognize(_targets, audited, HotField.ObjectRef, null);
    }

    // Null: written as if there were nothing to remember.
    Pieces? Recognize(RecentPieces recent, AuditEvent audited, HotField field, ClusterFacts? cluster)
    {
        if (!audited.Ranges.Has(field) || audited.Ranges.IsString(field) != (field == HotField.UserAgent)) return null;
        var json = audited.Ranges.Of(audited.Utf8.Span, field);
        if (recent.At(json) is not { } pieces) return null;
        if (pieces.IsOf(json, cluster)) return pieces;
        pieces.Begin(json, cluster);
        Make(pieces, audited, field);
        if (_dropped.Names.Count > 0)
        {
            _dropped.Clear();
            return null;
        }
        pieces.End();
        return pieces;
    }

    void Make(Pieces pieces, AuditEvent audited, HotField field)
    {
        _pieces.Clear();
        switch (field)
        {
            case HotField.User:
                WhoAsks(_pieces, audited);
                Take(pieces);
                RelatedTo(_pieces, audited);
                Take(pieces);
                Part(_pieces, audited, field);
                Take(pieces);
                Add(_pieces, audited, CredentialId);
                Take(pieces);
                BoundTo(_pieces, audited);
                break;
            case HotField.SourceIps:
                FindAddresses(audited);
                AddressFields(_pieces);
                Take(pieces);
                if (_addresses.Count > 0) AddressList(_pieces);
                Take(pieces);
                Part(_pieces, audited, field);
                Take(pieces);
                Client(_pieces, audited);
                break;
            case HotField.UserAgent:
                Agent(_pieces, audited);
                break;
            case HotField.Annotations:
                Part(_pieces, audited, field);
                Take(pieces);
                Add(_pieces, audited, IssuedCredentialId);
                break;
            default:
                Part(_pieces, audited, field);
                break;
        }
        Take(pieces);
    }

    void Take(Pieces pieces)
    {
        pieces.Add(_pieces.Written.Span);
        _pieces.Clear();
    }
}
