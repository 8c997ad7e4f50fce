using AuditWatch.Sigma.Yaml;

namespace AuditWatch.Sigma.Parsing;

/// <summary>Reads rule files. Nothing is half understood: what is not known to Sigma 2.1 or to our extensions is refused, with its place.</summary>
public static class SigmaParser
{
    /// <summary>Reads a file of one or more YAML documents.</summary>
    /// <param name="text">The file's text.</param>
    /// <param name="file">Its name, for messages.</param>
    public static SigmaParseResult Parse(string text, string file)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(file);
        var found = new List<Problem>();
        var yamlProblems = new ProblemList(file, found);
        var roots = YamlReader.Read(text, yamlProblems);
        var documents = new List<SigmaDocument>();
        // A duplicate key belongs to the document around it, which must not load.
        var faults = found.Where(p => p.Code == Codes.DuplicateKey).Select(p => p.Line).ToArray();
        for (var i = 0; i < roots.Count; i++)
        {
            var root = roots[i];
            if (root is YamlScalar { Text: "" }) continue;
            var problems = new ProblemList(file, found);
            var end = i + 1 < roots.Count ? roots[i + 1].Place.Line : int.MaxValue;
            var document = DocumentParser.Parse(root, file, problems);
            if (document is not null && problems.Errors == 0 && !faults.Any(l => l >= root.Place.Line && l < end)) documents.Add(document);
        }
        if (documents.Count == 0 && found.Count == 0)
            yamlProblems.Error(Codes.NotADocument, new(1, 1), "The file holds no document.", "Write a rule, a filter or a correlation.");
        return new(documents, found);
    }
}
