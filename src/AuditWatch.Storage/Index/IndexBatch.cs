using System.Text;
using AuditWatch.Events;

namespace AuditWatch.Storage.Index;

/// <summary>
/// Rows on their way into the index, column by column, texts as UTF-8 in blocks that the garbage collector does not move. Filled by one thread, reused.
/// </summary>
public sealed partial class IndexBatch
{
    /// <summary>How many rows one batch holds.</summary>
    public const int Capacity = 2048;

    /// <summary>Longer texts (in UTF-8 bytes) are cut; so long a term no index takes, and no single event may be too large to index. The journal has the whole.</summary>
    public const int LongestText = 32_766;

    /// <summary>Longer lists are cut.</summary>
    public const int LongestList = 1024;

    const int BlockBytes = 1 << 18;
    const int EnoughBytes = 8 << 20;

    readonly TextRef[][] _texts = Columns<TextRef>((int)TextColumn.Count, Capacity);
    readonly byte[][] _words = Columns<byte>((int)WordColumn.Count, Capacity);
    readonly int[][] _numbers = Columns<int>((int)NumberColumn.Count, Capacity);
    readonly bool[][] _flags = Columns<bool>((int)FlagColumn.Count, Capacity);
    readonly List<TextRef>[] _listItems = [.. Enumerable.Range(0, (int)ListColumn.Count).Select(_ => new List<TextRef>())];
    readonly int[][] _listEnds = Columns<int>((int)ListColumn.Count, Capacity);
    readonly UInt128[] _ids = new UInt128[Capacity];
    readonly UInt128?[] _auditUuids = new UInt128?[Capacity];
    readonly long[] _times = new long[Capacity];
    readonly long[] _received = new long[Capacity];
    readonly List<byte[]> _blocks = [NewBlock()];
    int _block, _used;

    /// <summary>How many rows it holds.</summary>
    public int Count { get; private set; }

    /// <summary>Whether it should be given to the index before another row is added.</summary>
    public bool IsFull => Count == Capacity || TextBytes >= EnoughBytes;

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        Count = _block = _used = 0;
        foreach (var items in _listItems) items.Clear();
    }

    /// <summary>Adds a row from its values.</summary>
    public void Add(EventRow row)
    {
        Begin(row.EventId, row.Position, row.TimeMicros, row.RequestReceivedMicros ?? 0);
        Text(TextColumn.Cluster, row.Cluster);
        AuditId(Encoding.UTF8.GetBytes(row.AuditId));
        Text(TextColumn.Verb, row.Verb);
        Text(TextColumn.User, row.User);
        Text(TextColumn.ImpersonatedUser, row.ImpersonatedUser);
        Text(TextColumn.ClientIp, row.ClientIp);
        Text(TextColumn.UserAgent, row.UserAgent);
        Text(TextColumn.ApiGroup, row.ApiGroup);
        Text(TextColumn.ApiVersion, row.ApiVersion);
        Text(TextColumn.Resource, row.Resource);
        Text(TextColumn.Subresource, row.Subresource);
        Text(TextColumn.Namespace, row.Namespace);
        Text(TextColumn.Name, row.Name);
        Text(TextColumn.ObjectUid, row.ObjectUid);
        Text(TextColumn.RequestUri, row.RequestUri);
        Text(TextColumn.Reason, row.Reason);
        Text(TextColumn.DecisionReason, row.DecisionReason);
        Text(TextColumn.CredentialId, row.CredentialId);
        Text(TextColumn.IssuedCredentialId, row.IssuedCredentialId);
        Text(TextColumn.CallerPod, row.CallerPod);
        Text(TextColumn.CallerNode, row.CallerNode);
        Text(TextColumn.ExecCommand, row.ExecCommand);
        Word(WordColumn.Stage, row.Stage);
        Word(WordColumn.Level, row.Level);
        Word(WordColumn.Outcome, row.Outcome);
        Word(WordColumn.Decision, row.Decision);
        Word(WordColumn.ListScope, row.ListScope);
        Word(WordColumn.TimeSource, row.TimeSource);
        Number(NumberColumn.Code, row.Code ?? 0);
        Number(NumberColumn.Bytes, row.Bytes);
        Flag(FlagColumn.Impersonated, row.Impersonated);
        Flag(FlagColumn.DryRun, row.DryRun);
        List(ListColumn.UserGroups, row.UserGroups);
        List(ListColumn.SourceIps, row.SourceIps);
        Count++;
    }

    void Begin(EventId id, EventPosition position, long timeMicros, long receivedMicros)
    {
        if (Count == Capacity) throw new InvalidOperationException($"A batch holds {Capacity} rows; give it to the index and rent another.");
        _ids[Count] = id.Value;
        _times[Count] = timeMicros;
        _received[Count] = receivedMicros;
        Number(NumberColumn.Segment, position.Segment);
        Number(NumberColumn.Frame, position.Frame);
        Number(NumberColumn.Index, position.Index);
    }

    // Nearly every auditID is a UUID as the API server writes it, and 16 bytes; only what a client made up is kept as text.
    void AuditId(ReadOnlySpan<byte> utf8)
    {
        var uuid = AuditUuid.Parse(utf8);
        _auditUuids[Count] = uuid;
        if (uuid is null) Text(TextColumn.AuditId, utf8);
        else Text(TextColumn.AuditId, (string?)null);
    }

    void Text(TextColumn column, string? text) => _texts[(int)column][Count] = Keep(text);

    void Text(TextColumn column, ReadOnlySpan<byte> utf8) => _texts[(int)column][Count] = Keep(utf8);

    void Word(WordColumn column, string? word) => _words[(int)column][Count] = EventWords.NumberOf(column, word);

    void Word(WordColumn column, int number) => _words[(int)column][Count] = (byte)number;

    void Number(NumberColumn column, int number) => _numbers[(int)column][Count] = number;

    void Flag(FlagColumn column, bool flag) => _flags[(int)column][Count] = flag;

    void List(ListColumn column, IReadOnlyList<string> texts)
    {
        var items = _listItems[(int)column];
        for (var at = 0; at < Math.Min(texts.Count, LongestList); at++) items.Add(Keep(texts[at]));
        _listEnds[(int)column][Count] = items.Count;
    }

    TextRef Keep(string? text)
    {
        if (text is null) return TextRef.None;
        if (text.Length > LongestText) text = text[..LongestText];   // never fewer bytes than characters
        var room = Room(Encoding.UTF8.GetMaxByteCount(text.Length));
        var length = Encoding.UTF8.GetBytes(text, _blocks[_block].AsSpan(room));   // half a surrogate pair becomes U+FFFD; the journal has the original
        length = LengthOfCut(_blocks[_block].AsSpan(room, length));
        _used += length;
        return new TextRef(_block, room, length);
    }

    TextRef Keep(ReadOnlySpan<byte> utf8)
    {
        utf8 = utf8[..LengthOfCut(utf8)];
        var room = Room(utf8.Length);
        utf8.CopyTo(_blocks[_block].AsSpan(room));
        _used += utf8.Length;
        return new TextRef(_block, room, utf8.Length);
    }

    /// <summary>How much of a text is kept: all, or what ends before the character that would not fit.</summary>
    internal static int LengthOfCut(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length <= LongestText) return utf8.Length;
        var length = LongestText;
        while ((utf8[length] & 0xC0) == 0x80) length--;
        return length;
    }

    // Where in the current block so many bytes fit, or in the next; a block holds the longest text, whatever its characters.
    int Room(int bytes)
    {
        if (BlockBytes - _used >= bytes) return _used;
        _used = 0;
        if (++_block == _blocks.Count) _blocks.Add(NewBlock());
        return 0;
    }

    static byte[] NewBlock() => GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true);

    static T[][] Columns<T>(int count, int rows) => [.. Enumerable.Range(0, count).Select(_ => new T[rows])];
}
