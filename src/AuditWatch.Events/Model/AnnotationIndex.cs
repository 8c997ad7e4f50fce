using System.IO.Hashing;
using System.Security.Cryptography;

namespace AuditWatch.Events.Model;

/// <summary>
/// Where the annotations of one event are, found without opening a document. Holds for every event whose annotations are the same text, so it is kept for the
/// next one.
/// </summary>
sealed class AnnotationIndex
{
    const int Most = 48;

    static readonly long Seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8));
    readonly (int Key, int KeyLength, int Value, int ValueLength, bool IsEscaped)[] _members = new (int, int, int, int, bool)[Most];
    byte[] _json = [];
    int _length;
    int _count;

    /// <summary>Whether it could be read: an object of texts under keys without escapes, as every API server writes.</summary>
    public bool IsPlain { get; private set; }

    /// <summary>Which keys there are, in their order: equal for equal keys only.</summary>
    public UInt128 Keys { get; private set; }

    /// <summary>The words that lookups look for.</summary>
    public EventHints Hints { get; private set; }

    public bool IsOf(ReadOnlySpan<byte> json) => json.SequenceEqual(_json.AsSpan(0, _length));

    public void Read(ReadOnlySpan<byte> json)
    {
        if (_json.Length < json.Length) _json = new byte[json.Length + 64];
        json.CopyTo(_json);
        _length = json.Length;
        _count = 0;
        IsPlain = TryWalk(json);
        Keys = IsPlain ? HashKeys(json) : UInt128.Zero;
        Hints = (json.IndexOf("forbid"u8) >= 0 ? EventHints.Forbid : EventHints.None) | (json.IndexOf("truncated"u8) >= 0 ? EventHints.Truncated : EventHints.None);
    }

    /// <summary>The place of an annotation's text within the JSON; of equal keys the first counts.</summary>
    public bool TryFind(ReadOnlySpan<byte> key, out Range value, out bool isEscaped)
    {
        for (var i = 0; i < _count; i++)
        {
            ref readonly var member = ref _members[i];
            if (member.KeyLength != key.Length || !_json.AsSpan(member.Key, member.KeyLength).SequenceEqual(key)) continue;
            (value, isEscaped) = (member.Value..(member.Value + member.ValueLength), member.IsEscaped);
            return true;
        }

        (value, isEscaped) = (default, false);
        return false;
    }

    // The scanner has validated the text: only its shape is in question.
    bool TryWalk(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty || json[0] != '{') return false;
        var at = Skip(json, 1);
        while (at < json.Length && json[at] != '}')
        {
            if (_count == Most || json[at] != '"') return false;
            var key = at + 1;
            var keyEnd = key + json[key..].IndexOf((byte)'"');
            if (json[key..keyEnd].Contains((byte)'\\')) return false;
            at = Skip(json, Skip(json, keyEnd + 1) + 1);
            if (json[at] != '"') return false;
            var value = at + 1;
            var isEscaped = false;
            for (at = value; ; at += 2)
            {
                at += json[at..].IndexOfAny((byte)'"', (byte)'\\');
                if (json[at] == '"') break;
                isEscaped = true;
            }

            _members[_count++] = (key, keyEnd - key, value, at - value, isEscaped);
            at = Skip(json, at + 1);
            if (json[at] == ',') at = Skip(json, at + 1);
        }

        return true;
    }

    static int Skip(ReadOnlySpan<byte> json, int at)
    {
        while (at < json.Length && json[at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t') at++;
        return at;
    }

    UInt128 HashKeys(ReadOnlySpan<byte> json)
    {
        var hash = new UInt128(0, (ulong)_count);
        for (var i = 0; i < _count; i++)
            hash = (hash * 0x9E37_79B9_7F4A_7C15) ^ XxHash128.HashToUInt128(json.Slice(_members[i].Key, _members[i].KeyLength), Seed + i);
        return hash;
    }
}
