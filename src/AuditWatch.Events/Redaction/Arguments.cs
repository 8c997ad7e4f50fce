namespace AuditWatch.Events.Redaction;

/// <summary>Arguments of a command, one text each: <c>["--password", "…"]</c>.</summary>
internal static class Arguments
{
    /// <summary>Cleans one argument; <paramref name="program"/> and <paramref name="previous"/> carry what stood before it.</summary>
    public static void Clean(TextLayer argument, ref ReadOnlySpan<byte> program, ref ReadOnlySpan<byte> previous, CutList cuts)
    {
        var text = argument.Text;
        if (program.IsEmpty) program = text;
        var isValue = text.Length > 0 && text[0] != '-';
        if (isValue && previous.Length > 2 && previous[0] == '-' && CredentialNames.IsCredential(previous.TrimStart((byte)'-'))) Cut(argument, 0, cuts);
        else if (isValue && CommandLine.TakesPassword(program, previous) && CommandLine.PasswordStart(previous, text) is var start && (start > 0 || !CommandLine.TakesPair(previous))) Cut(argument, start, cuts);
        else if (CommandLine.GluedPassword(program, text) is > 0 and var skip) Cut(argument, skip, cuts);
        else TextCleaner.Clean(argument, TextRules.CommandLine, cuts);
        previous = text;
    }

    static void Cut(TextLayer argument, int start, CutList cuts)
    {
        var value = argument.Text[start..];
        if (NamedValue.IsWorthCutting(value)) cuts.Add(argument.Raw(start), argument.Raw(argument.Text.Length), value);
    }
}
