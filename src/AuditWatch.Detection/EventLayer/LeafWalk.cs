using System.Buffers;
using System.Text.Json;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.EventLayer;

/// <summary>Visits every value of an event, for keyword searches, and says which parts were never logged.</summary>
sealed class LeafWalk
{
    byte[] _unescaped = new byte[1024];

    public bool Any(AuditEvent e, LeafVisitor visit, out UnknownReason why)
    {
        why = Missing(e);
        var reader = new Utf8JsonReader(e.Utf8.Span, new JsonReaderOptions { MaxDepth = 512 });
        try
        {
            while (reader.Read())
                if (IsLeaf(reader.TokenType) && visit(Text(ref reader))) return true;
        }
        catch (JsonException)
        {
            why |= UnknownReason.Malformed;
        }

        return false;
    }

    static bool IsLeaf(JsonTokenType token) => token is JsonTokenType.String or JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False;

    ReadOnlySpan<byte> Text(ref Utf8JsonReader reader)
    {
        var raw = reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan;
        if (reader.TokenType != JsonTokenType.String || !reader.ValueIsEscaped) return raw;
        if (_unescaped.Length < raw.Length) _unescaped = new byte[raw.Length * 2];
        return _unescaped.AsSpan(0, reader.CopyString(_unescaped));
    }

    static UnknownReason Missing(AuditEvent e)
    {
        var why = e.Origin.IsCut ? UnknownReason.Truncated : UnknownReason.None;
        if (e.Level is not AuditLevel.RequestResponse) why |= UnknownReason.LevelTooLow;
        else if (e.Stage is AuditStage.RequestReceived or AuditStage.ResponseStarted) why |= UnknownReason.StageNotSeen;
        return why;
    }
}
