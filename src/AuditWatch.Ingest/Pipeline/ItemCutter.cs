using System.Buffers;
using System.Security.Cryptography;

namespace AuditWatch.Ingest.Pipeline;

/// <summary>
/// Cuts the items of an EventList (or of an array) out of a body while it arrives, so that a body of any size needs the memory of its largest item. Looks at
/// brackets and strings only; whoever gets an item judges it. What turns out to be no list is given as a whole.
/// </summary>
/// <param name="longest">A longer item, or a longer body that is no list, is not held: only its length, hash and beginning are.</param>
/// <param name="onItem">One item, or the whole body; the memory is borrowed.</param>
/// <param name="onTooLarge">An item that was not held: length, SHA-256, beginning.</param>
internal sealed class ItemCutter(int longest, Action<ReadOnlyMemory<byte>> onItem, Action<long, byte[], byte[]> onTooLarge) : IDisposable
{
    const int HeadLength = 8 * 1024;

    static readonly SearchValues<byte> s_structure = SearchValues.Create("\"{}[]"u8);
    static readonly SearchValues<byte> s_stringEnd = SearchValues.Create("\"\\"u8);
    static readonly SearchValues<byte> s_scalarEnd = SearchValues.Create(",] \n\r\t"u8);

    readonly GrowingBuffer _held = new();
    readonly byte[] _key = new byte[8];
    State _state = State.Envelope;
    int _depth, _itemDepth, _keyLength;
    bool _inString, _isEscaped, _isKey, _hasItems;
    long _length;
    IncrementalHash? _hash;

    enum State
    {
        /// <summary>Outside of the items: the list's own members.</summary>
        Envelope,
        /// <summary>Between items.</summary>
        Items,
        /// <summary>In an item that is an object, an array or a string.</summary>
        Nested,
        /// <summary>In an item that is a number, a literal or rubbish.</summary>
        Scalar,
    }

    /// <summary>Takes the next piece of the body.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var used = _state switch
            {
                State.Envelope => FeedEnvelope(bytes),
                State.Items => FeedItems(bytes),
                State.Nested => FeedNested(bytes),
                _ => FeedScalar(bytes),
            };
            bytes = bytes[used..];
        }
    }

    /// <summary>The body is over: what is held of an unfinished item, or of a body that is no list, is given as it is.</summary>
    public void Finish()
    {
        if (_state is State.Nested or State.Scalar || !_hasItems) EndItem();
    }

    public void Dispose()
    {
        _held.Dispose();
        _hash?.Dispose();
    }

    // Reads up to the array under the top-level key "items", or up to the body's first bracket when that is an array.
    int FeedEnvelope(ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            var c = bytes[i];
            if (_inString)
            {
                if (_isEscaped) _isEscaped = false;
                else if (c == '\\') _isEscaped = true;
                else if (c == '"') _inString = false;
                if (_inString)
                {
                    if (_depth == 1 && _keyLength < _key.Length) _key[_keyLength] = c;
                    _keyLength++;
                }
                continue;
            }
            switch (c)
            {
                case (byte)'"':
                    (_inString, _keyLength, _isKey) = (true, 0, false);
                    break;
                case (byte)':':
                    _isKey = _depth == 1 && _keyLength == 5 && _key.AsSpan(0, 5).SequenceEqual("items"u8);
                    break;
                case (byte)'[' when (_depth == 1 && _isKey) || (_depth == 0 && !_hasItems):
                    (_state, _itemDepth, _hasItems) = (State.Items, _depth, true);
                    Forget();
                    return i + 1;
                case (byte)'{' or (byte)'[':
                    _depth++;
                    _isKey = false;
                    break;
                case (byte)'}' or (byte)']':
                    _depth--;
                    break;
                case (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t':
                    break;
                default:
                    _isKey = false;
                    break;
            }
        }
        if (!_hasItems) Hold(bytes);
        return bytes.Length;
    }

    int FeedItems(ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            switch (bytes[i])
            {
                case (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t' or (byte)',':
                    continue;
                case (byte)']':
                    (_state, _depth, _isKey) = (State.Envelope, _itemDepth, false);
                    return i + 1;
                case (byte)'{' or (byte)'[' or (byte)'"':
                    (_state, _depth, _inString) = (State.Nested, 0, false);
                    return i;
                default:
                    _state = State.Scalar;
                    return i;
            }
        }
        return bytes.Length;
    }

    int FeedNested(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (at < bytes.Length)
        {
            if (_isEscaped)
            {
                _isEscaped = false;
                at++;
                continue;
            }
            var next = bytes[at..].IndexOfAny(_inString ? s_stringEnd : s_structure);
            if (next < 0) break;
            at += next + 1;
            switch (bytes[at - 1])
            {
                case (byte)'\\':
                    _isEscaped = true;
                    continue;
                case (byte)'"':
                    _inString = !_inString;
                    break;
                case (byte)'{' or (byte)'[':
                    _depth++;
                    break;
                default:
                    _depth--;
                    break;
            }
            if (_depth > 0 || _inString) continue;
            Hold(bytes[..at]);
            EndItem();
            _state = State.Items;
            return at;
        }
        Hold(bytes);
        return bytes.Length;
    }

    int FeedScalar(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOfAny(s_scalarEnd);
        Hold(end < 0 ? bytes : bytes[..end]);
        if (end < 0) return bytes.Length;
        EndItem();
        _state = State.Items;
        return end;
    }

    void Hold(ReadOnlySpan<byte> bytes)
    {
        _length += bytes.Length;
        if (_hash is null && _length <= longest)
        {
            _held.Write(bytes);
            return;
        }
        if (_hash is null)
        {
            _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            _hash.AppendData(_held.Written.Span);
            if (_held.Length < HeadLength) _held.Write(bytes[..Math.Min(bytes.Length, HeadLength - _held.Length)]);
            _held.CutTo(Math.Min(_held.Length, HeadLength));
        }
        _hash.AppendData(bytes);
    }

    void EndItem()
    {
        if (_hash is not null) onTooLarge(_length, _hash.GetHashAndReset(), _held.Written.ToArray());
        else if (_length > 0) onItem(_held.Written);
        Forget();
    }

    void Forget()
    {
        _held.CutTo(0);
        _hash?.Dispose();
        _hash = null;
        _length = 0;
    }
}
