using System.IO.Hashing;
using System.Text.Json;
using AuditWatch.Events.Model;

namespace AuditWatch.Events.Ecs;

/// <summary>
/// Copies one JSON value into a document, byte ranges as they are, and leaves out what the mapping cannot take. What is not mapped is copied whole: it stays in the
/// source, and nobody parses it. managedFields, which no detection reads and which hold keys that Elasticsearch refuses, are left out at every depth.
/// </summary>
internal ref struct MappedCopy
{
    const int MostKeysKept = 4096;
    readonly ReadOnlySpan<byte> _json;
    readonly Utf8Output _output;
    readonly DroppedFields _dropped;
    readonly HashSet<ulong> _keys;
    readonly bool _hasManagedFields;
    long _objects;
    Utf8JsonReader _reader;

    MappedCopy(ReadOnlySpan<byte> json, Utf8Output output, DroppedFields dropped, HashSet<ulong> keys)
    {
        _json = json;
        (_output, _dropped, _keys) = (output, dropped, keys);
        _hasManagedFields = json.IndexOf("managedFields"u8) >= 0;
        _reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 256 });
    }

    /// <summary>
    /// Writes the member <paramref name="name"/> with the value. False, and nothing written, when the mapping cannot take it or it is no JSON.
    /// With <paramref name="undot"/> the dots of the value's own keys become underscores, as Elastic's integration writes annotations.
    /// </summary>
    public static bool Write(ReadOnlySpan<byte> name, ReadOnlySpan<byte> json, MappingNode? node, Utf8Output output, DroppedFields dropped, HashSet<ulong> keys, bool undot = false)
    {
        var mark = output.Length;
        var path = dropped.Into(name);
        var here = dropped.Length;
        keys.Clear();
        if (keys.Capacity > MostKeysKept) keys.TrimExcess(0);
        output.Name(name);
        var written = false;
        try
        {
            var copy = new MappedCopy(json, output, dropped, keys);
            copy._reader.Read();
            written = undot && node is not null && copy._reader.TokenType == JsonTokenType.StartObject ? copy.Members(node, undot: true) : copy.Value(node);
        }
        catch (JsonException)
        {
            // Bodies are not validated before somebody opens them.
        }
        if (!written)
        {
            output.BackTo(mark);
            dropped.Out(here);
            dropped.Here();
        }
        dropped.Out(path);
        return written;
    }

    bool Value(MappingNode? node)
    {
        if (node is null) return Unmapped();
        switch (_reader.TokenType)
        {
            case JsonTokenType.Null:
                _output.Raw("null,"u8);
                return true;
            case JsonTokenType.StartArray:
                return Items(node);
            case JsonTokenType.StartObject:
                if (node.Type == FieldType.Object) return Members(node, undot: false);
                _reader.Skip();
                return false;
            case JsonTokenType.String:
                if (!FieldFit.Takes(node.Type, Plain())) return false;
                break;
            case JsonTokenType.Number:
                if (!FieldFit.TakesNumber(node.Type, _reader.ValueSpan)) return false;
                break;
            default:
                if (!FieldFit.TakesBoolean(node.Type)) return false;
                break;
        }
        _output.Raw(_json[(int)_reader.TokenStartIndex..(int)_reader.BytesConsumed]);
        _output.Comma();
        return true;
    }

    // An array of a field is the field several times; an item that does not fit is left out by itself.
    bool Items(MappingNode node)
    {
        _output.Open('[');
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            var mark = _output.Length;
            if (Value(node)) continue;
            _output.BackTo(mark);
            _dropped.Here();
        }
        _output.Close(']');
        return true;
    }

    bool Members(MappingNode node, bool undot)
    {
        var self = ++_objects;
        _output.Open('{');
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = Plain();
            if (undot && key.Contains((byte)'.')) key = Undotted(key);
            var path = _dropped.Into(key);
            var mark = _output.Length;
            var takes = IsNew(key, self) & TryFind(node, key, out var child);
            var isManaged = key.SequenceEqual("managedFields"u8);
            _output.Quoted(key);
            _output.Raw(":"u8);
            _reader.Read();
            if (!takes || isManaged) _reader.Skip();
            if (isManaged || !takes || !Value(child))
            {
                _output.BackTo(mark);
                if (!isManaged) _dropped.Here();
            }
            _dropped.Out(path);
        }
        _output.Close('}');
        return true;
    }

    // Elasticsearch refuses a document in which an object has a key twice.
    readonly bool IsNew(ReadOnlySpan<byte> key, long owner) => _keys.Add(XxHash3.HashToUInt64(key, owner));

    // A key with dots is the path that Elasticsearch makes of it. False for one that it refuses (empty parts), or that leads through a field that is no object.
    static bool TryFind(MappingNode node, ReadOnlySpan<byte> key, out MappingNode? child)
    {
        child = node;
        if (!key.IsEmpty && key[0] > ' ' && !key.Contains((byte)'.'))
        {
            if (node.Type != FieldType.Object) return false;
            child = node.Inside(key);
            return true;
        }
        while (true)
        {
            var dot = key.IndexOf((byte)'.');
            var part = dot < 0 ? key : key[..dot];
            if (part.Trim(" \t\r\n"u8).IsEmpty) return false;
            if (child is not null)
            {
                if (child.Type != FieldType.Object) return false;
                child = child.Inside(part);
            }
            if (dot < 0) return true;
            key = key[(dot + 1)..];
        }
    }

    bool Unmapped()
    {
        if (!_hasManagedFields || _reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            var start = (int)_reader.TokenStartIndex;
            _reader.Skip();
            _output.RawOnOneLine(_json[start..(int)_reader.BytesConsumed]);
            _output.Comma();
            return true;
        }
        var isObject = _reader.TokenType == JsonTokenType.StartObject;
        _output.Open(isObject ? '{' : '[');
        while (_reader.Read() && _reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray))
        {
            if (isObject)
            {
                if (_reader.ValueTextEquals("managedFields"u8))
                {
                    _reader.Read();
                    _reader.Skip();
                    continue;
                }
                _output.Raw(_json[(int)_reader.TokenStartIndex..((int)_reader.TokenStartIndex + _reader.ValueSpan.Length + 2)]);
                _output.Raw(":"u8);
                _reader.Read();
            }
            Unmapped();
        }
        _output.Close(isObject ? '}' : ']');
        return true;
    }

    // The current key or string without escapes.
    readonly ReadOnlySpan<byte> Plain()
    {
        if (!_reader.ValueIsEscaped) return _reader.ValueSpan;
        var plain = new byte[_reader.ValueSpan.Length];
        return plain.AsSpan(0, JsonText.Unescape(_reader.ValueSpan, plain));
    }

    static byte[] Undotted(ReadOnlySpan<byte> key)
    {
        var undotted = key.ToArray();
        undotted.AsSpan().Replace((byte)'.', (byte)'_');
        return undotted;
    }
}
