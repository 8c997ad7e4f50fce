using AuditWatch.Detection.EventLayer;

namespace AuditWatch.Detection.Knowledge;

/// <summary>
/// What requests have told of a cluster's objects, in order of event time. Bounded: what was longest without news goes first, and is counted. What was there
/// before the journal began is unknown unless a snapshot said it.
/// </summary>
sealed partial class ObjectKnowledge(int most = 50_000)
{
    const int DeepestOwner = 8;

    readonly Dictionary<string, KnownObject> _objects = new(StringComparer.Ordinal);
    readonly Dictionary<string, HashSet<string>> _bindings = new(StringComparer.Ordinal);
    readonly Dictionary<string, Held> _held = new(StringComparer.Ordinal);
    readonly Dictionary<string, KnownObject?> _changed = new(StringComparer.Ordinal);

    /// <summary>Objects that were forgotten to make room.</summary>
    public long Evicted { get; private set; }

    public int Count => _objects.Count;

    public KnownObject? Find(ObjectName name) => _objects.GetValueOrDefault(name.Key);

    /// <summary>What is known around an event before it, and, where it carries a note, with what that changes.</summary>
    public ObjectFacts Around(EventFacts e, ObjectNote? note)
    {
        Advance(e.TimeMicros);
        var root = RootOf(e, note);
        var ns = e.Namespace is { Length: > 0 } name ? Find(new ObjectName("", "namespaces", null, name)) : null;
        var isNamespace = e is { Resource: "namespaces", Name: not null };
        if (isNamespace) ns = Find(new ObjectName("", "namespaces", null, e.Name!));
        var own = note is { Object.Name.Length: > 0 } ? Find(note.Object) : TargetOf(e) is { } target ? Find(target) : null;
        var role = note?.Role ?? own?.Role;
        var account = AccountOf(note?.ServiceAccount ?? own?.ServiceAccount, e);
        var isMade = isNamespace && note is { IsCreated: true };
        var held = HeldBy(e.EffectiveUser, e.Groups);
        return new ObjectFacts
        {
            Root = root.Name,
            RootMadeBy = root.MadeBy,
            PodSecurityBefore = isMade ? "" : ns?.PodSecurity,
            PodSecurityAfter = isNamespace && note is not null ? (note.IsUnreadable ? null : note.PodSecurity ?? ns?.PodSecurity) : ns?.PodSecurity,
            Role = role ?? RoleNamed(note?.Object ?? own?.Name),
            RolePowers = note?.Powers ?? (role is not null ? PowersOf(role) : own?.Powers),
            ActorPowers = held.Powers,
            ActorPowersAreAll = KnowsAllBindings && e.EffectiveUser is not null && !held.HasUnknownRole,
            RunsAs = account,
            RunsAsPowers = account is null ? Powers.None : HeldBy(account, []).Powers,
            CertificateFor = note?.CertificateFor ?? own?.CertificateFor,
        };
    }

    /// <summary>The chain of owners of an object, itself first, as far as known.</summary>
    public IReadOnlyList<ObjectName> OwnersOf(ObjectName name, ObjectNote? note = null)
    {
        var chain = new List<ObjectName> { name };
        var known = note is { IsDeleted: false, IsUnreadable: false } && note.Object == name ? Merge(Find(name), note) : FindPod(name);
        while (known?.Owner is { } owner && chain.Count < DeepestOwner && !chain.Contains(owner))
        {
            var uid = known.OwnerUid;
            known = Find(owner);
            // Another object of the same name took the owner's place.
            if (known is { Uid: { } other } && uid is not null && uid != other) break;
            chain.Add(owner);
        }

        return chain;
    }

    /// <summary>Takes in what an event says of an object.</summary>
    public void Take(ObjectNote note, EventFacts e)
    {
        Advance(e.TimeMicros);
        if (note.Object.Name.Length == 0) return;
        var key = note.Object.Key;
        _awaited?.Tell(key);
        if (note.IsDeleted)
        {
            if (!_objects.Remove(key, out var gone)) return;
            Unbind(gone);
            Changed(gone, null);
            _changed[key] = null;
            return;
        }

        var known = note.IsCreated ? null : Find(note.Object);
        var merged = Merge(known, note) with { LastMicros = e.TimeMicros, ChangedBy = e.User };
        Restore(note.IsCreated ? merged with { MadeBy = e.User, MadeIn = e.Request } : merged);
        _changed[key] = _objects[key];
        if (IsBlindBinding(_objects[key])) KnowsAllBindings = false;
        if (_objects.Count > most) Evict();
    }

    /// <summary>Takes an object over as it stands: from saved state or a snapshot.</summary>
    public void Restore(KnownObject known)
    {
        var key = known.Name.Key;
        if (_objects.TryGetValue(key, out var before)) Unbind(before);
        _objects[key] = known;
        Changed(before, known);
        foreach (var subject in known.Subjects ?? [])
        {
            if (!_bindings.TryGetValue(subject, out var bindings)) _bindings[subject] = bindings = new(StringComparer.Ordinal);
            bindings.Add(key);
        }
    }

    public IReadOnlyList<(string Key, KnownObject? Known)> TakeChanges()
    {
        var changes = _changed.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => (c.Key, c.Value)).ToList();
        _changed.Clear();
        return changes;
    }

    public void ForgetChanges() => _changed.Clear();

    internal static KnownObject Merge(KnownObject? known, ObjectNote note)
    {
        known ??= new KnownObject { Name = note.Object };
        if (note.IsUnreadable) return known with { Powers = null, Subjects = null, Role = known.Role, PodSecurity = null, Targets = null, ServiceAccount = null };
        return known with
        {
            Uid = note.Uid ?? known.Uid,
            Owner = note.Owner ?? known.Owner,
            OwnerUid = note.OwnerUid ?? known.OwnerUid,
            ServiceAccount = note.ServiceAccount ?? known.ServiceAccount,
            Powers = note.Powers ?? known.Powers,
            Role = note.Role ?? known.Role,
            Subjects = note.Subjects ?? known.Subjects,
            PodSecurity = note.PodSecurity ?? known.PodSecurity,
            Targets = note.Targets ?? known.Targets,
            CertificateFor = note.CertificateFor ?? known.CertificateFor,
        };
    }

    static ObjectName? TargetOf(EventFacts e) => e is { Resource: { Length: > 0 } resource, Name: { Length: > 0 } name } ? ObjectName.Of(e.ApiGroup, resource, e.Namespace, name) : null;

    static ObjectName? RoleNamed(ObjectName? name) => name?.Resource is "roles" or "clusterroles" ? name : null;

    static string? AccountOf(string? name, EventFacts e) => name is null || e.Namespace is null ? null : $"{ServiceAccountName.Prefix}{e.Namespace}:{name}";

    (ObjectName? Name, string? MadeBy) RootOf(EventFacts e, ObjectNote? note)
    {
        if ((note?.Object ?? TargetOf(e)) is not { } target) return default;
        var root = OwnersOf(target, note)[^1];
        if (root == target && note is { IsCreated: true, Owner: null }) return (root, e.User);
        return (root, Find(root)?.MadeBy);
    }

    // A pod whose name the log never told with its owner: controllers put five letters behind the owner's own name.
    KnownObject? FindPod(ObjectName name)
    {
        if (Find(name) is { } known) return known;
        if (name.Resource != "pods" || name.Name.LastIndexOf('-') is not (> 0 and var dash)) return null;
        var stem = name.Name[..dash];
        foreach (var (group, resource) in ((string, string)[])[("apps", "replicasets"), ("apps", "daemonsets"), ("apps", "statefulsets"), ("batch", "jobs")])
        {
            var owner = new ObjectName(group, resource, name.Namespace, stem);
            if (Find(owner) is not null) return new KnownObject { Name = name, Owner = owner };
        }

        return null;
    }

    Powers? PowersOf(ObjectName role) => Find(role)?.Powers ?? (role.Resource == "clusterroles" ? RolePowers.OfBuiltIn(role.Name) : null);

    Held HeldBy(string? user, IReadOnlyList<string> groups)
    {
        var held = HeldBy(user ?? "");
        foreach (var group in groups) held = held.And(HeldBy(BindingSubjects.GroupPrefix + group));
        return held;
    }

    // Some groups are bound a thousand times: what they hold is added up once, until a role or binding changes.
    Held HeldBy(string subject)
    {
        if (!_bindings.TryGetValue(subject, out var bindings)) return default;
        if (_held.TryGetValue(subject, out var held)) return held;
        foreach (var key in bindings)
            if (_objects.GetValueOrDefault(key)?.Role is { } role) held = held.And(PowersOf(role) is { } powers ? new Held(powers, false) : new Held(Powers.None, true));
        return _held[subject] = held;
    }

    void Changed(KnownObject? before, KnownObject? after)
    {
        if ((before?.Subjects ?? after?.Subjects) is null && (before?.Powers ?? after?.Powers) is null && (before?.Role ?? after?.Role) is null) return;
        _held.Clear();
    }

    void Unbind(KnownObject known)
    {
        foreach (var subject in known.Subjects ?? [])
            if (_bindings.TryGetValue(subject, out var bindings) && bindings.Remove(known.Name.Key) && bindings.Count == 0) _bindings.Remove(subject);
    }

    // A tenth at once, so that sorting is rare.
    void Evict()
    {
        foreach (var old in _objects.Values.OrderBy(o => o.LastMicros).ThenBy(o => o.Name.Key, StringComparer.Ordinal).Take(most / 10).ToList())
        {
            _objects.Remove(old.Name.Key);
            if (IsBinding(old)) KnowsAllBindings = false;
            Unbind(old);
            Changed(old, null);
            _changed[old.Name.Key] = null;
            Evicted++;
        }
    }

    /// <summary>What a subject's roles allow, and whether one of them is not known.</summary>
    readonly record struct Held(Powers Powers, bool HasUnknownRole)
    {
        public Held And(Held other) => new(Powers | other.Powers, HasUnknownRole || other.HasUnknownRole);
    }
}
