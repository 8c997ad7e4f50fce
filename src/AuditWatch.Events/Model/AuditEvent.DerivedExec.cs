using System.Text;
using System.Text.Json;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Model;

// Derived fields about commands run in containers. The API server records them in the URI only; the body is never the source natively.
public sealed partial class AuditEvent
{
    // Exec and attach; and exec or run through a node's proxy, where the kubelet takes the same parameters.
    bool TryExecQuery(out ReadOnlySpan<byte> query, out ReadOnlySpan<byte> commandName)
    {
        query = default;
        commandName = "command"u8;
        var sub = Plain(HotField.ObjectSubresource);
        if (sub.SequenceEqual("exec"u8) || sub.SequenceEqual("attach"u8))
        {
            query = UriQuery.Of(Plain(HotField.RequestUri));
            return true;
        }

        if (!sub.SequenceEqual("proxy"u8) || !Plain(HotField.ObjectResource).SequenceEqual("nodes"u8) || !TryProxyPath(out var path, out query)) return false;
        var plain = Decoded(path).Span;
        if (plain.StartsWith("/run/"u8)) commandName = "cmd"u8;
        return plain.StartsWith("/exec/"u8) || plain.StartsWith("/run/"u8) || plain.StartsWith("/attach/"u8);
    }

    // Google keeps no query, nor a path behind /proxy: what was run there is not told, which is not the same as nothing.
    DerivedValue NoExec() =>
        _isOfGke && (IsExec || IsProxy) ? DerivedValue.Unknown(UnknownReason.LevelTooLow) : IsExec ? Missing(HotField.RequestUri) : Missing(HotField.ObjectSubresource);

    bool IsProxy => Plain(HotField.ObjectSubresource).SequenceEqual("proxy"u8);

    bool IsExec => Plain(HotField.ObjectSubresource) is var sub && (sub.SequenceEqual("exec"u8) || sub.SequenceEqual("attach"u8));

    DerivedValue OfExecCommand()
    {
        if (!TryExecQuery(out var query, out var name)) return NoExec();
        var words = new List<string>();
        while (UriQuery.TryNext(ref query, out var found, out var value))
            if (UriQuery.Is(found, name)) words.Add(Encoding.UTF8.GetString(Decoded(value).Span));
        if (words.Count > 0) return Of(words);

        // Google's audit log has no query: the command is in a label there, or in what it calls the request.
        if (Annotation("command.gke.io/command") is { } label) return Of(label.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        if (TryOpen(HotField.RequestObject, out var body) && FieldWalk.TryGet(body, "command"u8, out var command))
            return command.ValueKind switch
            {
                JsonValueKind.Array => DerivedValue.OfElement(command),
                JsonValueKind.String => Of([Encoding.UTF8.GetString(TextOf(command))]),
                _ => DerivedValue.Absent,
            };
        return NoExec();
    }

    DerivedValue OfExecCommandLine()
    {
        var command = DerivedOf(DerivedField.ExecCommand);
        if (command.Kind != AnswerKind.Array) return command;
        var line = new StringBuilder();
        foreach (var word in command.Element.EnumerateArray())
        {
            if (word.ValueKind != JsonValueKind.String) continue;
            if (line.Length > 0) line.Append(' ');
            line.Append(Encoding.UTF8.GetString(TextOf(word)));
        }

        return Of(line.ToString());
    }

    DerivedValue OfExecParameter(ReadOnlySpan<byte> name)
    {
        if (!TryExecQuery(out var query, out _)) return NoExec();
        while (UriQuery.TryNext(ref query, out var found, out var value))
            if (UriQuery.Is(found, name)) return Of(Decoded(value));
        return TryOpen(HotField.RequestObject, out var body) && FieldWalk.TryGet(body, name, out var given) && given.ValueKind == JsonValueKind.String
            ? Of(Copy(TextOf(given)))
            : NoExec();
    }

    // Go reads 1, t, true as true; a flag that is not given is false.
    DerivedValue OfExecFlag(ReadOnlySpan<byte> name)
    {
        if (!TryExecQuery(out var query, out _)) return NoExec();
        while (UriQuery.TryNext(ref query, out var found, out var value))
            if (UriQuery.Is(found, name)) return Of(Ascii.EqualsIgnoreCase(value, "true"u8) || Ascii.EqualsIgnoreCase(value, "t"u8) || value.SequenceEqual("1"u8));
        if (TryOpen(HotField.RequestObject, out var body) && FieldWalk.TryGet(body, name, out var given)) return Of(given.ValueKind == JsonValueKind.True);
        return _ranges.Has(HotField.RequestUri) && !_isOfGke ? Of(false) : NoExec();
    }
}
