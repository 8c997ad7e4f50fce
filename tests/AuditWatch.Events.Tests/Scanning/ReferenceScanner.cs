using System.Text;
using System.Text.Json;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Tests.Scanning;

/// <summary>
/// The scanner's answers by way of <see cref="Utf8JsonReader"/>: slow, and right by construction. At a body the reader is stopped, told that it read
/// <c>null</c>, and set going again behind it.
/// </summary>
ref struct ReferenceScanner
{
    const int MaxDepth = 128;

    readonly ReadOnlySpan<byte> _json;
    readonly EventRanges _ranges;
    readonly bool _opensBodies;
    Utf8JsonReader _reader;
    int _passed;

    ReferenceScanner(ReadOnlySpan<byte> json, EventRanges ranges, bool opensBodies)
    {
        _json = json;
        _ranges = ranges;
        _opensBodies = opensBodies;
        _reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
    }

    /// <summary>What the scanner must answer.</summary>
    internal static bool TryScan(ReadOnlySpan<byte> json, EventRanges ranges) => new ReferenceScanner(json, ranges, opensBodies: false).Run();

    /// <summary>The same with the bodies validated too.</summary>
    internal static bool TryScanWhole(ReadOnlySpan<byte> json, EventRanges ranges) => new ReferenceScanner(json, ranges, opensBodies: true).Run();

    bool Run()
    {
        _ranges.Clear();
        if (!IsUtf8(_json))
            return false;
        try
        {
            if (!_reader.Read() || _reader.TokenType != JsonTokenType.StartObject)
                return false;
            if (!ReadMembers(HotKeys.None))
                return false;
            while (_reader.Read())
            {
            }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    static bool IsUtf8(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetCharCount(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    bool ReadMembers(HotField parent)
    {
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = KeyOf(parent);
            if (HotKeys.IsBody(field) && !_opensBodies && TryPassBody(field, out var isBalanced))
            {
                if (!isBalanced)
                    return false;
                continue;
            }
            if (!ReadValue(field))
                return false;
        }
        return true;
    }

    bool ReadValue(HotField field)
    {
        _reader.Read();
        var start = _passed + (int)_reader.TokenStartIndex;
        var isString = _reader.TokenType == JsonTokenType.String;
        var escaped = isString && _reader.ValueIsEscaped;
        var parts = HotKeys.PartsOf(field);
        _ranges.Drop(parts);
        if (parts != 0 && _reader.TokenType == JsonTokenType.StartObject)
        {
            if (!ReadMembers(field))
                return false;
        }
        else
        {
            var depth = _reader.CurrentDepth;
            if (_reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                while (_reader.Read() && _reader.CurrentDepth > depth)
                {
                }
            }
        }
        var length = _passed + (int)_reader.BytesConsumed - start;
        if (field != HotKeys.None && isString)
            _ranges.Set(field, start + 1, length - 2, isString: true, escaped);
        else if (field != HotKeys.None)
            _ranges.Set(field, start, length, isString: false, escaped: false);
        return true;
    }

    HotField KeyOf(HotField parent)
    {
        // Half a surrogate pair is a token to the reader, though nothing can be compared with it; no hot key has one.
        if (_reader.ValueIsEscaped && (_reader.ValueSpan.IndexOf("\\uD"u8) >= 0 || _reader.ValueSpan.IndexOf("\\ud"u8) >= 0))
            return HotKeys.None;
        foreach (var (of, name, field) in Names)
        {
            if (of == parent && _reader.ValueTextEquals(name))
                return field;
        }
        return HotKeys.None;
    }

    static readonly (HotField Of, string Name, HotField Field)[] Names =
    [
        (HotKeys.None, "kind", HotField.Kind), (HotKeys.None, "apiVersion", HotField.ApiVersion), (HotKeys.None, "level", HotField.Level),
        (HotKeys.None, "auditID", HotField.AuditId), (HotKeys.None, "stage", HotField.Stage), (HotKeys.None, "requestURI", HotField.RequestUri),
        (HotKeys.None, "verb", HotField.Verb), (HotKeys.None, "user", HotField.User), (HotField.User, "username", HotField.UserName),
        (HotField.User, "uid", HotField.UserUid), (HotField.User, "groups", HotField.UserGroups), (HotField.User, "extra", HotField.UserExtra),
        (HotKeys.None, "impersonatedUser", HotField.ImpersonatedUser), (HotField.ImpersonatedUser, "username", HotField.ImpersonatedUserName),
        (HotField.ImpersonatedUser, "groups", HotField.ImpersonatedUserGroups), (HotField.ImpersonatedUser, "extra", HotField.ImpersonatedUserExtra),
        (HotKeys.None, "authenticationMetadata", HotField.AuthenticationMetadata), (HotKeys.None, "sourceIPs", HotField.SourceIps),
        (HotKeys.None, "userAgent", HotField.UserAgent), (HotKeys.None, "objectRef", HotField.ObjectRef),
        (HotField.ObjectRef, "resource", HotField.ObjectResource), (HotField.ObjectRef, "namespace", HotField.ObjectNamespace),
        (HotField.ObjectRef, "name", HotField.ObjectName), (HotField.ObjectRef, "uid", HotField.ObjectUid),
        (HotField.ObjectRef, "apiGroup", HotField.ObjectApiGroup), (HotField.ObjectRef, "apiVersion", HotField.ObjectApiVersion),
        (HotField.ObjectRef, "resourceVersion", HotField.ObjectResourceVersion), (HotField.ObjectRef, "subresource", HotField.ObjectSubresource),
        (HotKeys.None, "responseStatus", HotField.ResponseStatus), (HotField.ResponseStatus, "code", HotField.ResponseCode),
        (HotField.ResponseStatus, "status", HotField.ResponseStatusText), (HotField.ResponseStatus, "reason", HotField.ResponseReason),
        (HotField.ResponseStatus, "message", HotField.ResponseMessage), (HotKeys.None, "requestObject", HotField.RequestObject),
        (HotKeys.None, "responseObject", HotField.ResponseObject), (HotKeys.None, "requestReceivedTimestamp", HotField.RequestReceivedTimestamp),
        (HotKeys.None, "stageTimestamp", HotField.StageTimestamp), (HotKeys.None, "annotations", HotField.Annotations),
    ];

    /// <summary>Every hot key, for those who make documents up.</summary>
    internal static IEnumerable<string> KeysOf(HotField parent) => Names.Where(each => each.Of == parent).Select(each => each.Name);

    /// <summary>False when the body is no object or array, or nothing: then the reader reads on.</summary>
    bool TryPassBody(HotField field, out bool isBalanced)
    {
        isBalanced = false;
        var at = _passed + (int)_reader.BytesConsumed;
        while (at < _json.Length && _json[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            at++;
        if (at == _json.Length || _json[at] is not ((byte)'{' or (byte)'['))
            return false;
        var end = EndOfBalanced(at);
        if (end < 0)
            return true;
        isBalanced = true;
        _ranges.Set(field, at, end - at, isString: false, escaped: false);
        var standIn = new Utf8JsonReader("null"u8, isFinalBlock: false, _reader.CurrentState);
        standIn.Read();
        _reader = new Utf8JsonReader(_json[end..], isFinalBlock: true, standIn.CurrentState);
        _passed = end;
        return true;
    }

    readonly int EndOfBalanced(int at)
    {
        var due = new Stack<char>();
        for (var inString = false; at < _json.Length; at++)
        {
            var letter = (char)_json[at];
            if (inString)
            {
                if (letter == '\\')
                    letter = ++at < _json.Length ? (char)_json[at] : '\0';
                else if (letter == '"')
                    inString = false;
                if (letter < ' ')
                    return -1;
            }
            else if (letter == '"')
            {
                inString = true;
            }
            else if (letter == '\\')
            {
                return -1;
            }
            else if (letter is '{' or '[')
            {
                due.Push(letter == '{' ? '}' : ']');
                if (due.Count >= MaxDepth)
                    return -1;
            }
            else if (letter is '}' or ']')
            {
                if (due.Pop() != letter)
                    return -1;
                if (due.Count == 0)
                    return at + 1;
            }
        }
        return -1;
    }
}
