using System.Buffers;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Model;

// What an event's class and party settle: answers that are the same for all events alike, so that whoever asks much asks once. Every lookup notes which members'
// contents it looked at; an answer is settled when it looked at nothing but those that make up the class (and the party). That a member is there at all, and
// whether it is a string, is part of the class.
public sealed partial class AuditEvent
{
    const ulong ByClass = 1UL << (int)HotField.Level | 1UL << (int)HotField.Stage | 1UL << (int)HotField.Verb | 1UL << (int)HotField.ObjectResource
        | 1UL << (int)HotField.ObjectSubresource | 1UL << (int)HotField.ObjectApiGroup | 1UL << (int)HotField.ResponseCode;

    // What is known of the addresses counts as a member of its own.
    const int AddressesBit = 63;

    const int LongestCode = sizeof(uint);

    static readonly SearchValues<byte> OfUuid = SearchValues.Create("0123456789abcdefABCDEF-"u8);

    // Members whose contents were looked at since this was last cleared.
    ulong _lookedAt;
    ulong _mayOpen = ulong.MaxValue;
    EventHints _hints;
    bool _hintsKnown;

    /// <summary>The event's class. False for the few that are like no other: cut, or with words that are not interned.</summary>
    public bool TryClassify(out EventClass kind)
    {
        kind = default;
        if (_origin.IsCut || !Annotations.IsPlain || _ranges.Length(HotField.ResponseCode) > LongestCode) return false;
        var (level, stage) = (Level, Stage);
        if (level == AuditLevel.Unknown || stage == AuditStage.Unknown) return false;
        if (!TrySymbol(HotField.Verb, out var verb) || !TrySymbol(HotField.ObjectResource, out var resource)) return false;
        if (!TrySymbol(HotField.ObjectSubresource, out var subresource) || !TrySymbol(HotField.ObjectApiGroup, out var group)) return false;
        uint code = 0;
        foreach (var digit in Plain(HotField.ResponseCode)) code = code << 8 | digit;
        kind = new EventClass
        {
            Present = _ranges.Present, Strings = _ranges.Strings, Verb = verb, Resource = resource, Subresource = subresource, ApiGroup = group, Code = code,
            Level = level, Stage = stage, Hints = Hints, AnnotationKeys = Annotations.Keys,
        };
        return true;
    }

    /// <summary>The wanted parts of who asks. Lists are known by their JSON, interned in <paramref name="lists"/>. False when something of it is not interned.</summary>
    public bool TryIdentify(PartyParts wanted, SymbolTable lists, out EventParty party)
    {
        party = default;
        int user = -1, agent = -1, groups = -1;
        if ((wanted & PartyParts.User) != 0 && !TrySymbol(HotField.UserName, out user)) return false;
        if ((wanted & PartyParts.Agent) != 0 && !TrySymbol(HotField.UserAgent, out agent)) return false;
        if ((wanted & PartyParts.Groups) != 0 && _ranges.Has(HotField.UserGroups) && (groups = lists.Intern(Raw(HotField.UserGroups))) < 0) return false;
        party = new EventParty { User = user, Agent = agent, Groups = groups, Addresses = (wanted & PartyParts.Addresses) != 0 ? Addresses.Packed : 0 };
        return true;
    }

    /// <summary>
    /// The field's value, if all events of this one's class (and of the parts of its party that are <paramref name="known"/> too) have the same; else false, and the
    /// answer means nothing. Forgets what was computed before: texts and elements of earlier answers.
    /// </summary>
    public bool TryGetSettled(FieldPath field, PartyParts known, out FieldAnswer answer)
    {
        var given = ByClass | MembersOf(known);
        ForgetIdentity();
        ForgetDerived();
        _lookedAt = 0;
        _mayOpen = given;
        try
        {
            answer = Get(field);
        }
        finally
        {
            _mayOpen = ulong.MaxValue;
            ForgetIdentity();
            ForgetDerived();
        }

        // That it is not there is in the class.
        if (IsOfExtra(field, out var hint) && (Hints & hint) == 0) _lookedAt &= ~(1UL << (int)HotField.UserExtra);
        return (_lookedAt & ~given) == 0;
    }

    /// <summary>Whether the field is there on all events of this one's class, whatever its value.</summary>
    public bool IsSettledThere(FieldPath field) => IsOfExtra(field, out var hint) && (Hints & hint) != 0;

    /// <summary>The parts of the party that the last <see cref="TryGetSettled"/> looked at.</summary>
    public PartyParts PartyLookedAt =>
        (LookedAt(HotField.UserName) ? PartyParts.User : 0) | (LookedAt(HotField.UserAgent) ? PartyParts.Agent : 0) | (LookedAt(HotField.UserGroups) ? PartyParts.Groups : 0)
        | ((_lookedAt & 1UL << AddressesBit) != 0 ? PartyParts.Addresses : 0);

    static ulong MembersOf(PartyParts parts) =>
        ((parts & PartyParts.User) != 0 ? 1UL << (int)HotField.UserName : 0) | ((parts & PartyParts.Agent) != 0 ? 1UL << (int)HotField.UserAgent : 0)
        | ((parts & PartyParts.Groups) != 0 ? 1UL << (int)HotField.UserGroups : 0) | ((parts & PartyParts.Addresses) != 0 ? 1UL << AddressesBit : 0);

    bool LookedAt(HotField field) => (_lookedAt & 1UL << (int)field) != 0;

    // Absent: -1, which is in the class by the member's absence.
    bool TrySymbol(HotField field, out int symbol)
    {
        symbol = Symbol(field);
        return symbol >= 0 || !_ranges.Has(field);
    }

    // All content of members is read through these two, so that what was looked at is known.
    ReadOnlySpan<byte> Raw(HotField field) => RawMemory(field).Span;

    ReadOnlyMemory<byte> RawMemory(HotField field)
    {
        _lookedAt |= 1UL << (int)field;
        return _utf8.Slice(_ranges.Start(field), _ranges.Length(field));
    }

    static bool IsOfExtra(FieldPath field, out EventHints hint)
    {
        hint = field.Derived switch
        {
            DerivedField.CallerPod => EventHints.CallerPod,
            DerivedField.CredentialId => EventHints.CredentialId,
            _ => EventHints.None,
        };
        return hint != EventHints.None;
    }

    // Looks at contents without saying so: the hints are part of the class.
    EventHints Hints
    {
        get
        {
            if (_hintsKnown) return _hints;
            _hintsKnown = true;
            var (hints, lookedAt) = (Annotations.Hints, _lookedAt);
            if (_isOfGke) hints |= _isUnstaged ? EventHints.OfGke | EventHints.Unstaged : EventHints.OfGke;
            if (AsksDryRun()) hints |= EventHints.DryRun;
            if (HasUuidForId()) hints |= EventHints.UuidForId;
            if (HasExtra(CallerPodKey, "\"authentication.kubernetes.io/pod-name\""u8)) hints |= EventHints.CallerPod;
            if (HasExtra(CredentialIdKey, "\"authentication.kubernetes.io/credential-id\""u8)) hints |= EventHints.CredentialId;
            _lookedAt = lookedAt;
            return _hints = hints;
        }
    }

    // As API servers write it, one look says it: where nothing is escaped, a text in quotes that a list follows is a key. Anything else is read.
    bool HasExtra(string key, ReadOnlySpan<byte> quoted)
    {
        if (!_ranges.Has(HotField.UserExtra)) return false;
        var extra = Raw(HotField.UserExtra);
        var isPlain = extra is [(byte)'{', .. var members] && !members.ContainsAny((byte)'\\', (byte)'{');
        if (!isPlain) return Extra(key) is not null;
        var at = extra.IndexOf(quoted);
        return at >= 0 && (extra[(at + quoted.Length)..].StartsWith(":[\""u8) || Extra(key) is not null);
    }

    bool HasUuidForId()
    {
        var id = Plain(HotField.AuditId);
        return id.Length == 36 && id[8] == '-' && id[13] == '-' && id[18] == '-' && id[23] == '-' && !id.ContainsAnyExcept(OfUuid);
    }

    // Nearly no query asks for it: the name alone, wherever it stands, or something encoded, first.
    bool AsksDryRun()
    {
        var query = UriQuery.Of(Plain(HotField.RequestUri));
        return !query.IsEmpty && (query.IndexOf("dryRun"u8) >= 0 || query.Contains((byte)'%')) && HasQuery("dryRun"u8);
    }
}
