namespace AuditWatch.Detection.Counting;

/// <summary>
/// The groups of one correlation. Those that something happens to are objects, all others one array of bytes each (see <see cref="GroupCodec"/>). They stand in the order in which
/// requests were filed, so that those that are over, and those that have to go for want of room, are found at the front.
/// </summary>
sealed class CountedGroups(CorrelationRule rule, GroupCodec codec, GroupTotals totals)
{
    const int PageBits = 11, PageSize = 1 << PageBits, None = -1;

    readonly List<Slot[]> _pages = [];
    readonly HashSet<int> _resting = [];
    int[] _buckets = new int[16];
    int _used, _free = None;
    Line _open = Line.Empty, _rest = Line.Empty;

    public CorrelationRule Rule => rule;

    public int Count { get; private set; }

    /// <summary>Requests that they hold, but for those that have left a window since it was looked at.</summary>
    public int Requests { get; private set; }

    /// <summary>The place of the group of these values; negative when there is none.</summary>
    public int Find(IReadOnlyList<string> values)
    {
        var hash = HashOf(values);
        for (var i = _buckets[hash & (_buckets.Length - 1)] - 1; i >= 0; i = At(i).Next)
        {
            ref var slot = ref At(i);
            if (slot.Hash == hash && (slot.State is CountedGroup awake ? AreEqual(awake.Values, values) : GroupCodec.IsOf((byte[])slot.State!, values))) return i;
        }

        return None;
    }

    /// <summary>The group at a place; one that slept is woken.</summary>
    public CountedGroup At(int place, out bool isWoken)
    {
        ref var state = ref At(place).State;
        isWoken = state is byte[];
        if (state is byte[] packed) state = codec.Unpack(rule, packed);
        var group = (CountedGroup)state!;
        group.Slot = place;
        return group;
    }

    /// <summary>What a group holds; one that sleeps goes on sleeping.</summary>
    public CountedGroup Peek(int place) => At(place).State is byte[] packed ? codec.Unpack(rule, packed) : (CountedGroup)At(place).State!;

    /// <summary>What all of them hold.</summary>
    public IEnumerable<CountedGroup> All
    {
        get
        {
            for (var i = 0; i < _used; i++)
                if (At(i).State is not null) yield return Peek(i);
        }
    }

    public CountedGroup Add(IReadOnlyList<string> values)
    {
        var group = new CountedGroup(rule, values);
        group.Slot = Add(values, group);
        return group;
    }

    /// <summary>Whether a request can be filed in a group (a negative place: a new one) without waking it.</summary>
    public bool CanFile(int place, CountedRequest request, long now, int mostBytes) =>
        place < 0 || (At(place).State is byte[] packed && GroupCodec.CanAdd(packed, request, rule.OpenedAfter(now), mostBytes));

    /// <summary>Files such a request; gives back the place of its group.</summary>
    public int File(int place, IReadOnlyList<string> values, CountedRequest request)
    {
        if (place < 0) place = Add(values, codec.Pack(values, request));
        else At(place).State = codec.Add((byte[])At(place).State!, request);
        Filed(place, 1);
        return place;
    }

    /// <summary>How many requests a group holds that sleeps; null for one that does not.</summary>
    public int? RequestsAtRest(int place) => At(place).State is byte[] packed ? GroupCodec.Requests(packed) : null;

    int Add(IReadOnlyList<string> values, object state)
    {
        if (Count >= _buckets.Length) Grow();
        var index = _free;
        if (index != None) _free = At(index).Next;
        else
        {
            index = _used++;
            if (index >> PageBits == _pages.Count) _pages.Add(new Slot[PageSize]);
        }

        ref var slot = ref At(index);
        (slot.State, slot.Hash) = (state, HashOf(values));
        ref var bucket = ref _buckets[slot.Hash & (_buckets.Length - 1)];
        (slot.Next, bucket) = (bucket - 1, index + 1);
        Append(ref _open, index);
        Count++;
        totals.Groups++;
        return index;
    }

    /// <summary>A request was filed in a group: it is now the last that has to go.</summary>
    public void Filed(int place, int more)
    {
        Left(-more);
        if (_open.Last == place) return;
        if (_resting.Remove(place)) Unlink(ref _rest, place);
        else Unlink(ref _open, place);
        Append(ref _open, place);
    }

    /// <summary>Requests have left a group.</summary>
    public void Left(int requests)
    {
        Requests -= requests;
        totals.Requests -= requests;
    }

    public void Sleep(CountedGroup group) => At(group.Slot).State = codec.Pack(group);

    /// <summary>Lets go of groups that no later event can reach; those that only wait for the ends of requests stand aside.</summary>
    public void Reap(long now)
    {
        var opened = rule.OpenedAfter(now);
        while (_open.First != None && !IsOpen(At(_open.First).State!, opened))
        {
            var index = _open.First;
            if (Unfinished(At(index).State!) <= now - CountedGroup.UnfinishedMicros) Remove(index);
            else
            {
                Unlink(ref _open, index);
                Append(ref _rest, index);
                _resting.Add(index);
            }
        }

        while (_rest.First != None && Unfinished(At(_rest.First).State!) <= now - CountedGroup.UnfinishedMicros) Remove(_rest.First);
    }

    /// <summary>Lets go of the group that was quiet for longest, but never of this one; gives back the numbers of its requests, null when there is no other.</summary>
    public long[]? Evict(int but)
    {
        var index = _rest.First != None ? _rest.First : _open.First;
        if (index == None || index == but) return null;
        long[] numbers = At(index).State switch
        {
            CountedGroup group => [.. group.All.Select(r => r.Sequence)],
            var packed => GroupCodec.Sequences((byte[])packed!),
        };
        Remove(index);
        return numbers;
    }

    static bool IsOpen(object state, long opened) =>
        state is CountedGroup group ? group.NewestMicros > opened : Math.Max(GroupCodec.NewestOver((byte[])state), GroupCodec.NewestUnfinished((byte[])state)) > opened;

    static long Unfinished(object state) => state is CountedGroup group ? group.NewestUnfinished : GroupCodec.NewestUnfinished((byte[])state);

    void Remove(int index)
    {
        ref var slot = ref At(index);
        if (slot.State is CountedGroup group)
        {
            Left(group.Requests);
            group.Slot = None;
        }
        else Left(GroupCodec.Requests((byte[])slot.State!));

        if (_resting.Remove(index)) Unlink(ref _rest, index);
        else Unlink(ref _open, index);
        ref var next = ref _buckets[slot.Hash & (_buckets.Length - 1)];
        if (next - 1 == index) next = slot.Next + 1;
        else
        {
            var before = next - 1;
            while (At(before).Next != index) before = At(before).Next;
            At(before).Next = slot.Next;
        }

        (slot.State, slot.Next, _free) = (null, _free, index);
        Count--;
        totals.Groups--;
    }

    void Grow()
    {
        _buckets = new int[_buckets.Length * 2];
        foreach (var first in new[] { _open.First, _rest.First })
            for (var i = first; i != None; i = At(i).Newer)
            {
                ref var bucket = ref _buckets[At(i).Hash & (_buckets.Length - 1)];
                (At(i).Next, bucket) = (bucket - 1, i + 1);
            }
    }

    void Append(ref Line line, int index)
    {
        (At(index).Older, At(index).Newer) = (line.Last, None);
        if (line.Last != None) At(line.Last).Newer = index;
        else line.First = index;
        line.Last = index;
    }

    void Unlink(ref Line line, int index)
    {
        var (older, newer) = (At(index).Older, At(index).Newer);
        if (older != None) At(older).Newer = newer;
        else line.First = newer;
        if (newer != None) At(newer).Older = older;
        else line.Last = older;
    }

    ref Slot At(int index) => ref _pages[index >> PageBits][index & (PageSize - 1)];

    // Only to find it again in this process: the texts themselves are compared too.
    static int HashOf(IReadOnlyList<string> values)
    {
        if (values.Count == 1) return values[0].GetHashCode(StringComparison.Ordinal);
        var hash = 0;
        foreach (var value in values) hash = HashCode.Combine(hash, value.GetHashCode(StringComparison.Ordinal));
        return hash;
    }

    static bool AreEqual(IReadOnlyList<string> left, IReadOnlyList<string> right)
    {
        for (var i = 0; i < left.Count; i++)
            if (left[i] != right[i]) return false;
        return true;
    }

    struct Slot
    {
        public object? State;
        public int Hash, Next, Older, Newer;
    }

    record struct Line(int First, int Last)
    {
        public static Line Empty => new(None, None);
    }
}
