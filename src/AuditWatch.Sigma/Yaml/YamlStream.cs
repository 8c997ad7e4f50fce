namespace AuditWatch.Sigma.Yaml;

/// <summary>Cuts a file into its documents before any of them is read, so that a syntax error in one leaves the others whole.</summary>
internal static class YamlStream
{
    /// <summary>
    /// Each document's text and the number of lines before it. A line that begins with <c>---</c> begins a document wherever it stands: YAML forbids it inside
    /// of quotes and blocks. Comments and directives before a first marker belong to the document after it.
    /// </summary>
    public static IEnumerable<(string Text, int LinesBefore)> Split(string text)
    {
        int start = 0, startLine = 0, line = 0;
        var hasContent = false;
        for (var at = 0; at < text.Length;)
        {
            var end = text.IndexOf('\n', at);
            end = end < 0 ? text.Length : end + 1;
            var current = text.AsSpan(at, end - at).TrimEnd();
            if (current.StartsWith("---") && (current.Length == 3 || current[3] is ' ' or '\t'))
            {
                if (hasContent) yield return (text[start..at], startLine);
                if (hasContent) (start, startLine) = (at, line);
                hasContent = true;
            }
            else hasContent |= current.Length > 0 && current[0] is not ('#' or '%');
            at = end;
            line++;
        }
        if (hasContent) yield return (text[start..], startLine);
    }
}
