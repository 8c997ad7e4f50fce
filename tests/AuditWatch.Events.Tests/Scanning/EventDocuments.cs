using System.Text;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Tests.Scanning;

/// <summary>Makes up JSON documents that look like audit events: keys shuffled and doubled, escapes, every alphabet, deep bodies, odd numbers, white space.</summary>
sealed class EventDocuments(Random random)
{
    static readonly string[] Letters = ["a", "b", "kube", "-", "system:", "/", " ", ".", "é", "ß", "日本", "😀", "\u007f", "{", "}", "[", "]", ":", ","];

    static readonly string[] Escapes =
        ["\\n", "\\\"", "\\\\", "\\/", "\\t", "\\b", "\\f", "\\r", "\\u0041", "\\u00e9", "\\ud83d\\ude00", "\\ud800", "\\uDFFF", "\\u0000", "\\\\\\\"", "\\u002F"];

    static readonly string[] Numbers =
        ["0", "-0", "1", "200", "404", "-1", "1.5", "0.25", "1e9", "1E+9", "2e-3", "12345678901234567890123456789012345678901234567890", "-0.0e0"];

    static readonly string[] EventKeys = [.. ReferenceScanner.KeysOf(HotKeys.None)];

    readonly StringBuilder _text = new();

    internal byte[] Next()
    {
        _text.Clear();
        Space();
        Members(EventKeys, random.Next(0, 24), depth: 0, Value);
        Space();
        return Encoding.UTF8.GetBytes(_text.ToString());
    }

    bool Chance(int percent) => random.Next(100) < percent;

    T Any<T>(T[] of) => of[random.Next(of.Length)];

    void Space()
    {
        if (Chance(4))
            _text.Append(Any([" ", "\n", "\t", "\r\n", "   ", "\n        "]));
    }

    void Members(string[] keys, int count, int depth, Action<string, int> value)
    {
        _text.Append('{');
        Space();
        for (var i = 0; i < count; i++)
        {
            if (i > 0)
                _text.Append(',');
            Space();
            var key = keys.Length > 0 && Chance(85) ? Any(keys) : "";
            Key(key);
            Space();
            _text.Append(':');
            Space();
            value(key, depth + 1);
            Space();
        }
        _text.Append('}');
    }

    void Key(string key)
    {
        if (key.Length == 0)
        {
            String();
            return;
        }
        _text.Append('"');
        foreach (var letter in key)
        {
            if (Chance(1))
                _text.Append("\\u00").Append(((int)letter).ToString(Chance(50) ? "x2" : "X2", System.Globalization.CultureInfo.InvariantCulture));
            else
                _text.Append(Chance(1) && Chance(20) ? char.ToUpperInvariant(letter) : letter);
        }
        _text.Append('"');
    }

    void Value(string key, int depth)
    {
        var parent = HotKeys.OfEvent(Encoding.UTF8.GetBytes(key));
        if (HotKeys.PartsOf(parent) != 0 && Chance(90))
            Members([.. ReferenceScanner.KeysOf(parent)], random.Next(0, 7), depth, (_, inner) => Value("", inner));
        else if (HotKeys.IsBody(parent) && Chance(90))
            Body(depth);
        else
            Anything(depth);
    }

    void Anything(int depth)
    {
        var kind = random.Next(100);
        if (kind < 65)
            String();
        else if (kind < 75)
            _text.Append(Any(Numbers));
        else if (kind < 82)
            _text.Append(Any(["true", "false", "null"]));
        else if (kind < 92)
            Members(EventKeys, random.Next(0, depth < 4 ? 4 : 1), depth, (_, inner) => Anything(inner));
        else
            Array(random.Next(0, depth < 4 ? 4 : 1), depth, Anything);
    }

    void Body(int depth)
    {
        if (Chance(3))
            Deep(random.Next(100, 140));
        else if (Chance(80))
            Members(EventKeys, random.Next(0, 12), depth, (_, inner) => Anything(inner));
        else
            Array(random.Next(0, 12), depth, Anything);
    }

    void Deep(int levels)
    {
        var closing = new Stack<char>();
        for (var i = 0; i < levels; i++)
        {
            var isObject = Chance(50);
            _text.Append(isObject ? "{\"a\":" : "[");
            closing.Push(isObject ? '}' : ']');
        }
        _text.Append('1');
        foreach (var bracket in closing)
            _text.Append(bracket);
    }

    void Array(int count, int depth, Action<int> item)
    {
        _text.Append('[');
        for (var i = 0; i < count; i++)
        {
            if (i > 0)
                _text.Append(',');
            Space();
            item(depth + 1);
            Space();
        }
        _text.Append(']');
    }

    void String()
    {
        _text.Append('"');
        var parts = Chance(10) ? random.Next(0, 60) : random.Next(0, 8);
        for (var i = 0; i < parts; i++)
            _text.Append(Chance(8) ? Any(Escapes) : Any(Letters));
        _text.Append('"');
    }
}
