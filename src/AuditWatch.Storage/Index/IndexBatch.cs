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

    const int BlockBytes = 1 << 18;

    readonly TextRef[][] _texts = Columns<TextRef>((int)TextColumn.Count, Capacity);
    readonly byte[][] _words = Columns<byte>((int)WordColumn.Count, Capacity);
    readonly int[][] _numbers = Columns<int>((int)NumberColumn.Count, Capacity);
    readonly bool[][] _flags = Columns<bool>((int)FlagColumn.Count, Capacity);
    readonly List<TextRef>[] _listItems = [.. Enumerable.Range(0, (int)ListColumn.Count).Select(_ => new List<TextRef>())];
    readonly int[][] _listEnds = Columns<int>((int)ListColumn.Count, Capacity);
    readonly UInt128[] _ids = new UInt128[Capacity];
    readonly long[] _times = new long[Capacity];
    readonly long[] _received = new long[Capacity];
    readonly List<byte[]> _blocks = [NewBlock(BlockBytes)];
    int _block, _used;

    /// <summary>How many rows it holds.</summary>
    public int Count { get; private set; }

    /// <summary>Whether another row would not fit.</summary>
    public bool IsFull => Count == Capacity;

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        Count = _block = _used = 0;
        foreach (var items in _listItems) items.Clear();
        if (_blocks.Count > 64) _blocks.RemoveRange(64, _blocks.Count - 64);   // one batch of huge texts must not be paid for ever
        _blocks.RemoveAll(block => block.Length > BlockBytes);
    }

    /// <summary>Adds a row from its values.</summary>
    public void Add(EventRow row)
    {
        Begin(row.EventId, row.Position, row.TimeMicros, row.RequestReceivedMicros ?? 0);
        Text(TextColumn.Cluster, row.Cluster);
        Text(TextColumn.AuditId, row.AuditId);
        Text(TextColumn.Verb, row.Verb);
        Text(TextColumn.User, row.User);
        Text(TextColumn.EffectiveUser, row.EffectiveUser);
        Text(TextColumn.SaNamespace, row.SaNamespace);
        Text(TextColumn.SaName, row.SaName);
        Text(TextColumn.ClientIp, row.ClientIp);
        Text(TextColumn.UserAgent, row.UserAgent);
        Text(TextColumn.UaProduct, row.UaProduct);
        Text(TextColumn.UaVersion, row.UaVersion);
        Text(TextColumn.ApiGroup, row.ApiGroup);
        Text(TextColumn.ApiVersion, row.ApiVersion);
        Text(TextColumn.Resource, row.Resource);
        Text(TextColumn.Subresource, row.Subresource);
        Text(TextColumn.Namespace, row.Namespace);
        Text(TextColumn.Name, row.Name);
        Text(TextColumn.ObjectUid, row.ObjectUid);
        Text(TextColumn.RequestUri, row.RequestUri);
        Text(TextColumn.ApiPath, row.ApiPath);
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
        if (IsFull) throw new InvalidOperationException($"A batch holds {Capacity} rows; give it to the index and rent another.");
        _ids[Count] = id.Value;
        _times[Count] = timeMicros;
        _received[Count] = receivedMicros;
        Number(NumberColumn.Segment, position.Segment);
        Number(NumberColumn.Frame, position.Frame);
        Number(NumberColumn.Index, position.Index);
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
        for (var at = 0; at < texts.Count; at++) items.Add(Keep(texts[at]));
        _listEnds[(int)column][Count] = items.Count;
    }

    TextRef Keep(string? text)
    {
        if (text is null) return TextRef.None;
        var room = Room(Encoding.UTF8.GetMaxByteCount(text.Length));
        var length = Encoding.UTF8.GetBytes(text, _blocks[_block].AsSpan(room));   // half a surrogate pair becomes U+FFFD; the journal has the original
        _used += length;
        return new TextRef(_block, room, length);
    }

    TextRef Keep(ReadOnlySpan<byte> utf8)
    {
        var room = Room(utf8.Length);
        utf8.CopyTo(_blocks[_block].AsSpan(room));
        _used += utf8.Length;
        return new TextRef(_block, room, utf8.Length);
    }

    // Where in the current block so many bytes fit; a text larger than a block gets one of its own.
    int Room(int bytes)
    {
        if (_blocks[_block].Length - _used >= bytes) return _used;
        _used = 0;
        if (++_block == _blocks.Count) _blocks.Add(NewBlock(Math.Max(BlockBytes, bytes)));
        else if (_blocks[_block].Length < bytes) _blocks.Insert(_block, NewBlock(bytes));
        return 0;
    }

    static byte[] NewBlock(int bytes) => GC.AllocateUninitializedArray<byte>(bytes, pinned: true);

    static T[][] Columns<T>(int count, int rows) => [.. Enumerable.Range(0, count).Select(_ => new T[rows])];
}
