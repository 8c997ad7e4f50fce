using System.Text.Json;

namespace AuditWatch.Events.Redaction;

/// <summary>A JSON document as a flat list of nodes, so that an object's kind can be known before its members are judged.</summary>
internal sealed class Tape
{
    readonly List<Node> _nodes = [];
    readonly Stack<int> _open = new();

    /// <summary>One value or member name. Strings: the range between the quotes. <see cref="After"/> is the index behind everything within it.</summary>
    public struct Node
    {
        public JsonTokenType Type;
        public bool IsEscaped;
        public int Start, Length, After;
    }

    public Node this[int index] => _nodes[index];

    /// <summary>Reads a document; false when it is not JSON.</summary>
    public bool TryRead(ReadOnlySpan<byte> json)
    {
        _nodes.Clear();
        _open.Clear();
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 256 });
            while (reader.Read())
            {
                var at = (int)reader.TokenStartIndex;
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        _open.Push(_nodes.Count);
                        _nodes.Add(new Node { Type = reader.TokenType, Start = at });
                        break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        var opened = _open.Pop();
                        var node = _nodes[opened];
                        (node.Length, node.After) = (at + 1 - node.Start, _nodes.Count);
                        _nodes[opened] = node;
                        break;
                    default:
                        var quote = reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName ? 1 : 0;
                        _nodes.Add(new Node { Type = reader.TokenType, IsEscaped = reader.ValueIsEscaped, Start = at + quote, Length = reader.ValueSpan.Length, After = _nodes.Count + 1 });
                        break;
                }
            }
            return _nodes.Count > 0;
        }
        catch (JsonException) { return false; }
    }
}
