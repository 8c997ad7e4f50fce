namespace AuditWatch.Ingest.Journal;

/// <summary>The disk has no room for the journal. Nothing of the append that failed is kept; appends work again as soon as there is room.</summary>
public sealed class JournalFullException : IOException
{
    /// <summary>With a sentence naming the place and the remedy.</summary>
    public JournalFullException(string message, Exception inner) : base(message, inner)
    {
    }

    /// <summary>Without detail.</summary>
    public JournalFullException() : this("The disk has no room for the journal.")
    {
    }

    /// <summary>With a sentence.</summary>
    public JournalFullException(string message) : base(message)
    {
    }
}
