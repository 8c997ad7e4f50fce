using System.Buffers;

namespace AuditWatch.Events.Redaction;

/// <summary>Short options that carry a password, of the programs that are known for it.</summary>
internal static class CommandLine
{
    static readonly SearchValues<byte> WordEnds = SearchValues.Create(" \t\n;|&()"u8);

    /// <summary>Whether the option's next argument is a password, given the program: <c>sshpass -p</c>, <c>curl -u user:password</c>, <c>redis-cli -a</c>.</summary>
    public static bool TakesPassword(ReadOnlySpan<byte> program, ReadOnlySpan<byte> option) =>
        (option.SequenceEqual("--user"u8) && Is(program, "curl")) || (option.Length == 2 && option[0] == '-' && option[1] switch
        {
            (byte)'p' => Is(program, "sshpass") || Is(program, "docker") || Is(program, "podman") || Is(program, "az") || Is(program, "oc") || Is(program, "mongo") || Is(program, "mongosh") || Is(program, "mongodump"),
            (byte)'u' => Is(program, "curl"),
            (byte)'a' => Is(program, "redis-cli"),
            (byte)'w' => Is(program, "ldapsearch") || Is(program, "ldapadd") || Is(program, "ldapmodify"),
            (byte)'P' => Is(program, "sqlcmd") || Is(program, "bcp") || Is(program, "isql") || Is(program, "ipmitool"),
            _ => false,
        });

    /// <summary>Whether the option's argument is <c>user:password</c>.</summary>
    public static bool TakesPair(ReadOnlySpan<byte> option) => option.SequenceEqual("-u"u8) || option.SequenceEqual("--user"u8);

    /// <summary>How many bytes of the argument stand before a password that is glued to its option (<c>mysql -pSECRET</c>); 0 when none is.</summary>
    public static int GluedPassword(ReadOnlySpan<byte> program, ReadOnlySpan<byte> argument) =>
        argument.Length > 2 && argument.StartsWith("-p"u8) && (Is(program, "mysql") || Is(program, "mysqldump") || Is(program, "mysqladmin") || Is(program, "mariadb") || Is(program, "mariadb-dump") || Is(program, "sshpass") || Is(program, "mongosh") || Is(program, "mongo"))
            ? 2 : 0;

    /// <summary>Where the password begins in the argument after such an option: after the user in <c>user:password</c>.</summary>
    public static int PasswordStart(ReadOnlySpan<byte> option, ReadOnlySpan<byte> argument) => TakesPair(option) ? argument.IndexOf((byte)':') + 1 : 0;

    /// <summary>Whether the text has one of the options at all.</summary>
    public static bool HasShortOption(ReadOnlySpan<byte> text)
    {
        for (var at = 0; ; at += 2)
        {
            var next = text[at..].IndexOf(" -"u8);
            if (next < 0) return false;
            at += next;
            if (at + 2 < text.Length && text[at + 2] is (byte)'p' or (byte)'u' or (byte)'a' or (byte)'w' or (byte)'P' or (byte)'-') return true;
        }
    }

    /// <summary>Whether an option that may carry a password begins behind <paramref name="at"/>. Its program is not looked for here: so rare are they, and so many may a hostile text have.</summary>
    public static bool Wakes(ReadOnlySpan<byte> text, int at)
    {
        var here = text[at..];
        return here.Length > 4 && here[0] switch
        {
            (byte)' ' or (byte)'\t' or (byte)'"' or (byte)'\'' or (byte)'=' or (byte)'+' => true,
            (byte)'0' => text[..at].EndsWith("%2"u8),
            (byte)'-' => here.StartsWith("--user"u8),
            _ => false,
        };
    }

    /// <summary>Cuts such passwords in a command line that is one text.</summary>
    public static void CutShortOptions(TextLayer layer, CutList cuts)
    {
        var text = layer.Text;
        ReadOnlySpan<byte> program = default, option = default;
        for (var at = 0; at < text.Length;)
        {
            var length = text[at..].IndexOfAny(WordEnds);
            var end = length < 0 ? text.Length : at + length;
            var word = text[at..end].Trim("\"'"u8);
            var start = at + (word.IsEmpty ? 0 : text[at..end].IndexOf(word));
            if (!word.IsEmpty)
            {
                // In a sentence the program may stand behind its name: command=curl.
                if (word[0] != '-') { if (word[(word.LastIndexOf((byte)'=') + 1)..] is var name && IsProgram(name)) program = name; }
                else if (GluedPassword(program, word) is > 0 and var skip) Cut(layer, start + skip, start + word.Length, cuts);
                if (TakesPassword(program, option) && word[0] != '-') Cut(layer, start + PasswordStart(option, word), start + word.Length, cuts, isPair: TakesPair(option));
                option = word;
            }
            if (end < text.Length && text[end] is not ((byte)' ' or (byte)'\t')) program = option = default;
            at = end + 1;
        }
    }

    static void Cut(TextLayer layer, int start, int end, CutList cuts, bool isPair = false)
    {
        var value = layer.Text[start..end];
        if (isPair && layer.Text[..start] is var before && (before.IsEmpty || before[^1] != ':')) return;
        if (NamedValue.IsWorthCutting(value)) cuts.Add(layer.Raw(start), layer.Raw(end), value);
    }

    static bool IsProgram(ReadOnlySpan<byte> word)
    {
        foreach (var known in (ReadOnlySpan<string>)["sshpass", "docker", "podman", "az", "oc", "mongo", "mongosh", "mongodump", "curl", "redis-cli", "ldapsearch", "ldapadd", "ldapmodify", "sqlcmd", "bcp", "isql", "ipmitool", "mysql", "mysqldump", "mysqladmin", "mariadb", "mariadb-dump"])
            if (Is(word, known)) return true;
        return false;
    }

    static bool Is(ReadOnlySpan<byte> program, string name)
    {
        var file = program[(program.LastIndexOf((byte)'/') + 1)..];
        return file.Length == name.Length && System.Text.Ascii.Equals(file, name);
    }
}
