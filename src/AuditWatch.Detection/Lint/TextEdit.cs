namespace AuditWatch.Detection.Lint;

/// <summary>A piece of a file, and what is to stand there instead. Lines and columns from 1; the end is the first character behind the piece.</summary>
public sealed record TextEdit(int Line, int Column, int EndLine, int EndColumn, string Text);
