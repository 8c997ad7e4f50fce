namespace AuditWatch.Sigma.Parsing;

/// <summary>Collects what is wrong with one file or one rule, and puts file and rule name to it.</summary>
internal sealed class ProblemList(string file, ICollection<Problem> into)
{
    public string? Rule { get; set; }

    public int Errors { get; private set; }

    public void Error(string code, Place place, string message, string? fix)
    {
        Errors++;
        Add(code, ProblemSeverity.Error, place, message, fix);
    }

    public void Warning(string code, Place place, string message, string? fix, Repair? repair = null) => Add(code, ProblemSeverity.Warning, place, message, fix, repair);

    public void Info(string code, Place place, string message, string? fix, Repair? repair = null) => Add(code, ProblemSeverity.Info, place, message, fix, repair);

    void Add(string code, ProblemSeverity severity, Place place, string message, string? fix, Repair? repair = null) =>
        into.Add(new(code, severity, file, place.Line, place.Column, Rule, message, fix) { Repair = repair });
}
