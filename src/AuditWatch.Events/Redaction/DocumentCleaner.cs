using System.Text.Json;

namespace AuditWatch.Events.Redaction;

/// <summary>Walks JSON (a body, an annotation's value, a file in a ConfigMap) and cuts what its structure says is secret; every other text goes to <see cref="TextCleaner"/>.</summary>
internal sealed partial class DocumentCleaner(Arena arena, CutList cuts, bool configMaps)
{
    const int DeepestText = 8;
    const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    readonly Tape[] _tapes = new Tape[DeepestText + 1];

    /// <summary>Cleans a text that may be a JSON document; false when it is none.</summary>
    public bool TryCleanJson(TextLayer layer, BodyScope scope)
    {
        if (layer.Depth > DeepestText) return false;
        var tape = _tapes[layer.Depth] ??= new Tape();
        if (!tape.TryRead(layer.Text)) return false;
        Value(layer, tape, 0, scope, TextRules.None);
        return true;
    }

    /// <summary>A whole requestObject or responseObject.</summary>
    public void Body(TextLayer layer, Tape tape, int at, BodyScope scope)
    {
        // A patch that was not JSON (YAML of a server-side apply) stands there as one text.
        if (tape[at].Type == JsonTokenType.String && scope == BodyScope.Secret && StringAt(layer, tape, at) is var text && !TryCleanJson(text, scope)) CutString(text);
        else Value(layer, tape, at, scope, TextRules.None);
    }

    public void Value(TextLayer layer, Tape tape, int at, BodyScope scope, TextRules rules)
    {
        switch (tape[at].Type)
        {
            case JsonTokenType.StartObject: Object(layer, tape, at, scope, rules); break;
            case JsonTokenType.StartArray: Array(layer, tape, at, scope, rules); break;
            case JsonTokenType.String: Text(StringAt(layer, tape, at), scope, rules); break;
        }
    }

    void Object(TextLayer layer, Tape tape, int at, BodyScope scope, TextRules rules)
    {
        var end = tape[at].After;
        bool namesCredential = false, isOperation = false, isEvent = false;
        int operand = -1, path = -1;
        for (var key = at + 1; key < end; key = tape[key + 1].After)
        {
            var name = StringAt(layer, tape, key).Text;
            var value = key + 1;
            isEvent |= IsEventMember(name);
            if (tape[value].Type != JsonTokenType.String) { if (name.SequenceEqual("value"u8)) operand = value; continue; }
            if (name.SequenceEqual("kind"u8)) scope = ScopeOf(StringAt(layer, tape, value).Text, scope);
            else if (name.SequenceEqual("op"u8)) isOperation = true;
            else if (name.SequenceEqual("path"u8)) path = value;
            else if (name.SequenceEqual("value"u8)) operand = value;
            else if (name.SequenceEqual("name"u8)) namesCredential |= CredentialNames.IsCredential(StringAt(layer, tape, value).Text);
        }
        if (isEvent) { Event(layer, tape, at); return; }
        if (isOperation && path >= 0)
        {
            if (operand >= 0) PatchOperand(layer, tape, StringAt(layer, tape, path).Text, operand, scope);
            return;
        }
        for (var key = at + 1; key < end; key = tape[key + 1].After) Member(layer, tape, key, scope, rules, namesCredential);
    }

    void Member(TextLayer layer, Tape tape, int key, BodyScope scope, TextRules rules, bool namesCredential)
    {
        var name = StringAt(layer, tape, key).Text;
        var value = key + 1;
        var type = tape[value].Type;
        if (scope == BodyScope.Secret && IsSecretData(name)) { CutScalars(layer, tape, value, isBase64: name.Length == 4); return; }
        if (scope == BodyScope.ConfigMap && type == JsonTokenType.StartObject && Same(name, "data")) { ConfigData(layer, tape, value, isBase64: false); return; }
        if (scope == BodyScope.ConfigMap && type == JsonTokenType.StartObject && Same(name, "binaryData")) { ConfigData(layer, tape, value, isBase64: true); return; }
        if (Same(name, "annotations") && type == JsonTokenType.StartObject) { Annotations(layer, tape, value, scope); return; }
        if (type == JsonTokenType.StartArray && (name.SequenceEqual("args"u8) || name.SequenceEqual("command"u8))) { ArgumentList(layer, tape, value); return; }
        if (type == JsonTokenType.String && name.SequenceEqual("value"u8) && namesCredential) { CutString(StringAt(layer, tape, value)); return; }
        if (type is JsonTokenType.String or JsonTokenType.Number && CredentialNames.IsCredential(name) && CutMember(layer, tape, name, value)) return;
        Value(layer, tape, value, scope, rules);
    }

    bool CutMember(TextLayer layer, Tape tape, ReadOnlySpan<byte> name, int value)
    {
        if (tape[value].Type == JsonTokenType.Number)
        {
            if (CredentialNames.IsAmbiguous(name)) return false;
            CutScalars(layer, tape, value, isBase64: false);
            return true;
        }
        var text = StringAt(layer, tape, value);
        // A custom resource's "secret: db-credentials" names a Secret; "token: …" is always one.
        if (CredentialNames.IsAmbiguous(name) && !SecretShapes.Starts(name[^Math.Min(5, name.Length)..], "token") && ObjectName.Looks(text.Text)) return false;
        if (text.Text.IndexOf("://"u8) > 0) return false;      // the text rules take the password out of a URL and leave the rest
        return CutString(text);
    }

    void Array(TextLayer layer, Tape tape, int at, BodyScope scope, TextRules rules)
    {
        for (var item = at + 1; item < tape[at].After; item = tape[item].After) Value(layer, tape, item, scope, rules);
    }

    void ArgumentList(TextLayer layer, Tape tape, int at)
    {
        ReadOnlySpan<byte> program = default, previous = default;
        for (var item = at + 1; item < tape[at].After; item = tape[item].After)
            if (tape[item].Type == JsonTokenType.String) Arguments.Clean(StringAt(layer, tape, item), ref program, ref previous, cuts);
            else Value(layer, tape, item, BodyScope.Other, TextRules.CommandLine);
    }

    /// <summary>A text anywhere: JSON within is walked, the rest judged as text.</summary>
    public void Text(TextLayer text, BodyScope scope, TextRules rules)
    {
        var inner = text.Text.TrimStart(" \t\r\n"u8);
        if (inner.Length > 1 && inner[0] is (byte)'{' or (byte)'[' && inner[1] is (byte)'"' or (byte)'{' or (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t' or (byte)'['
            && (scope != BodyScope.Other || rules != TextRules.None || SecretTriggers.Found(inner) || inner.IndexOf("requestObject"u8) >= 0) && TryCleanJson(text, scope)) return;
        TextCleaner.Clean(text, rules, cuts);
    }

    /// <summary>Annotations of an object or of the event.</summary>
    public void Annotations(TextLayer layer, Tape tape, int at, BodyScope scope)
    {
        for (var key = at + 1; key < tape[at].After; key = tape[key + 1].After)
        {
            if (tape[key + 1].Type == JsonTokenType.String) Annotation(StringAt(layer, tape, key).Text, StringAt(layer, tape, key + 1), scope);
            else if (tape[key + 1].Type != JsonTokenType.Null) Value(layer, tape, key + 1, scope, TextRules.None);
        }
    }

    void Annotation(ReadOnlySpan<byte> name, TextLayer text, BodyScope scope)
    {
        if (scope == BodyScope.Secret && System.Text.Ascii.Equals(name, LastApplied) && !TryCleanJson(text, scope)) CutString(text);
        else if (!System.Text.Ascii.Equals(name, LastApplied) || scope != BodyScope.Secret)
        {
            if (name.IndexOf("s.io/"u8) < 0 && CredentialNames.IsCredential(name[(name.LastIndexOf((byte)'/') + 1)..]) && !ObjectName.Looks(text.Text) && CutString(text)) return;
            Text(text, scope, TextRules.None);
        }
    }

    void ConfigData(TextLayer layer, Tape tape, int at, bool isBase64)
    {
        for (var key = at + 1; key < tape[at].After; key = tape[key + 1].After)
            if (tape[key + 1].Type == JsonTokenType.String)
            {
                var name = StringAt(layer, tape, key).Text;
                var written = layer.Text.Slice(tape[key + 1].Start, tape[key + 1].Length);
                if (isBase64 || CredentialNames.IsCredential(name) || TextCleaner.MayHoldSecret(written)) ConfigValue(name, StringAt(layer, tape, key + 1), isBase64);
            }
            else CutNamedNumber(layer, tape, StringAt(layer, tape, key).Text, key + 1);
    }

    void CutNamedNumber(TextLayer layer, Tape tape, ReadOnlySpan<byte> name, int value)
    {
        if (tape[value].Type == JsonTokenType.Number && CredentialNames.IsCredential(name)) CutScalars(layer, tape, value, isBase64: false);
    }

    void ConfigValue(ReadOnlySpan<byte> name, TextLayer text, bool isBase64)
    {
        if (isBase64 && TextCleaner.Decoded(text.Text) is { } decoded)
        {
            var found = cuts.Count;
            Text(new TextLayer(decoded, default, 0, text.Depth + 1), BodyScope.Other, TextRules.Config);
            var holdsSecret = cuts.Count > found || CredentialNames.IsCredential(name);
            cuts.DropAfter(found);          // they point into the decoded bytes: the value goes as a whole
            if (holdsSecret) CutString(text);
            return;
        }
        var before = cuts.Count;
        var isLong = text.Text.TrimEnd("\r\n"u8).IndexOf((byte)'\n') >= 0 || text.Text.IndexOf("://"u8) > 0;
        if (CredentialNames.IsCredential(name) && !isLong && CutString(text)) return;
        Text(text, BodyScope.Other, TextRules.Config | TextRules.CommandLine);
        if (CredentialNames.IsCredential(name) && cuts.Count == before && !Mark.IsIn(text.Text)) CutString(text);
    }

    BodyScope ScopeOf(ReadOnlySpan<byte> kind, BodyScope inherited)
    {
        if (kind.SequenceEqual("Secret"u8) || kind.SequenceEqual("SecretList"u8)) return BodyScope.Secret;
        if (configMaps && inherited == BodyScope.Other && (kind.SequenceEqual("ConfigMap"u8) || kind.SequenceEqual("ConfigMapList"u8))) return BodyScope.ConfigMap;
        return inherited;
    }

    TextLayer StringAt(TextLayer layer, Tape tape, int at) => layer.Slice(tape[at].Start, tape[at].Length).Unescape(arena);

    static bool IsSecretData(ReadOnlySpan<byte> name) => Same(name, "data") || Same(name, "stringData");

    static bool Same(ReadOnlySpan<byte> name, string word) => System.Text.Ascii.EqualsIgnoreCase(name, word);
}
