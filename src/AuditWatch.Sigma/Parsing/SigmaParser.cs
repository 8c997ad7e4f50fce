using AuditWatch.Sigma.Yaml;

namespace AuditWatch.Sigma.Parsing;

/// <summary>Reads rule files. Nothing is half understood: what is not known to Sigma 2.1 or to our extensions is refused, with its place.</summary>
public static class SigmaParser
{
    const int MaxCharacters = 4 * 1024 * 1024;

    /// <summary>Reads a file of one or more YAML documents.</summary>
    /// <param name="text">The file's text.</param>
    /// <param name="file">Its name, for messages.</param>
    public static SigmaParseResult Parse(string text, string file)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(file);
        var found = new List<Problem>();
        var documents = new List<SigmaDocument>();
        if (text.Length > MaxCharacters)
        {
            new ProblemList(file, found).Error(Codes.TooBig, new(1, 1), $"The file has {text.Length} characters; the limit is {MaxCharacters}.", "Split the file.");
            return new([], found);
        }
        foreach (var (part, linesBefore) in YamlStream.Split(text.StartsWith('\uFEFF') ? text[1..] : text))
        {
            var yaml = new ProblemList(file, found);
            foreach (var root in YamlReader.Read(part, yaml, linesBefore))
            {
                if (root is YamlScalar { Text: "" }) continue;
                var problems = new ProblemList(file, found);
                var document = DocumentParser.Parse(root, file, problems);
                if (document is not null && problems.Errors == 0 && yaml.Errors == 0) documents.Add(document);
            }
        }
        if (documents.Count == 0 && found.Count == 0)
            new ProblemList(file, found).Error(Codes.NotADocument, new(1, 1), "The file holds no document.", "Write a rule, a filter or a correlation.");
        return new(documents, found);
    }
}
