using System.Globalization;
using System.Text;

namespace AuditWatch.Cli.Output;

/// <summary>The only place that touches the console: results to stdout, everything else to stderr; colour and progress only where a person looks.</summary>
internal sealed class Terminal : IDisposable
{
    readonly Stream _output;
    readonly TextWriter _error;

    public Terminal(Stream output, TextWriter error, bool outputIsTerminal, bool errorIsTerminal, bool color)
    {
        _output = new BufferedStream(output, 64 << 10);
        (_error, OutputIsTerminal, ErrorIsTerminal, Color) = (error, outputIsTerminal, errorIsTerminal, color);
    }

    /// <summary>Opens standard input.</summary>
    public required Func<Stream> OpenInput { get; init; }

    public bool OutputIsTerminal { get; }

    public bool ErrorIsTerminal { get; }

    public bool Color { get; }

    /// <summary>Whether a write to stdout failed; nothing more is written.</summary>
    public bool OutputIsGone { get; private set; }

    public static Terminal OfThisProcess(string[] args)
    {
        var noColor = args.Contains("--no-color") || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
#pragma warning disable RS0030 // This is the command line's Terminal.
        var error = new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(false)) { AutoFlush = true };
        return new Terminal(Console.OpenStandardOutput(), TextWriter.Synchronized(error), !Console.IsOutputRedirected, !Console.IsErrorRedirected, !noColor) { OpenInput = Console.OpenStandardInput };
#pragma warning restore RS0030
    }

    /// <summary>One line of results.</summary>
    public void Result(string line) => Result(Encoding.UTF8.GetBytes(line));

    /// <summary>One line of results, as UTF-8 without its end.</summary>
    public void Result(ReadOnlySpan<byte> utf8)
    {
        try
        {
            lock (_output)
            {
                _output.Write(utf8);
                _output.WriteByte((byte)'\n');
                if (OutputIsTerminal) _output.Flush();
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Gone(fault);
        }
    }

    /// <summary>Raw results, for commands that write streams.</summary>
    public Stream ResultStream => _output;

    /// <summary>A remark for people.</summary>
    public void Note(string line) => _error.WriteLine(Printable(line));

    /// <summary>What went wrong.</summary>
    public void Error(string line) => _error.WriteLine($"{Paint("auditwatch:", "31")} {Printable(line)}");

    /// <summary>Rewrites the current line of stderr (a progress bar); only call it when stderr is a terminal.</summary>
    public void Status(string line) => _error.Write($"\r\x1b[K{line}");

    public string Paint(string text, string code) => Color && ErrorIsTerminal ? $"\x1b[{code}m{text}\x1b[0m" : text;

    /// <summary>Log content is hostile: no control character reaches a terminal, nor one that hides text or turns its direction.</summary>
    public static string Printable(string text)
    {
        if (text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0) return text;
        var safe = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            var isSafe = rune.Value is '\n' or '\t' || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
            safe.Append(isSafe ? rune.ToString() : "\uFFFD");
        }
        return safe.ToString();
    }

    /// <summary>Brings out what is still held; throws when it cannot be written.</summary>
    public void Flush()
    {
        if (OutputIsGone) return;
        try
        {
            _output.Flush();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Gone(fault);
        }
    }

    // That nobody reads a pipe any more is no fault and no exception: the runtime passes over it. A full disk or a closed stdout has lost results.
    CommandFault Gone(Exception fault)
    {
        OutputIsGone = true;
        return new CommandFault(ExitCode.Usage, $"Results cannot be written to stdout: {(fault.InnerException ?? fault).Message}");
    }

    public void Dispose()
    {
        _error.Dispose();
    }
}
