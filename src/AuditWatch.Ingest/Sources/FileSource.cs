using System.Runtime.CompilerServices;
using AuditWatch.Events.Framing;
using AuditWatch.Ingest.Pipeline;

namespace AuditWatch.Ingest.Sources;

/// <summary>Files read once from beginning to end: log files, recorded webhook bodies, packed or not. What cannot be read is named, and the next file goes on.</summary>
public sealed class FileSource(string name, string cluster, IReadOnlyList<InputFile> files) : IAuditSource
{
    readonly List<string> _problems = [];

    /// <inheritdoc/>
    public string Name { get; } = name;

    /// <summary>A sentence for each file that could not be read to its end.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <inheritdoc/>
    /// <remarks>Files are small next to what tells repeats, so a second read begins at the beginning.</remarks>
    public async IAsyncEnumerable<IngestBatch> ReadAsync(string after, [EnumeratorCancellation] CancellationToken stop)
    {
        foreach (var file in files)
        {
            using var blocks = Open(file)?.GetEnumerator();
            while (blocks is not null && TryMove(blocks, file))
            {
                stop.ThrowIfCancellationRequested();
                using var block = blocks.Current;
                var documents = new FramedDocument[block.Documents.Length];
                for (var i = 0; i < documents.Length; i++)
                {
                    var range = block.Documents[i];
                    documents[i] = new FramedDocument(block[range], range.Line, range.IsOversize);
                }
                yield return new IngestBatch(cluster, Name, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{file.Name}:{documents[0].Line}"), documents);
                await Task.Yield();
            }
        }
    }

    IEnumerable<DocumentBlock>? Open(InputFile file)
    {
        try
        {
            return DocumentFramer.Read(file.Open());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            _problems.Add($"{file.Name}: cannot be opened ({e.Message}); check that it exists and may be read");
            return null;
        }
    }

    bool TryMove(IEnumerator<DocumentBlock> blocks, InputFile file)
    {
        try
        {
            return blocks.MoveNext();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or ZstdSharp.ZstdException)
        {
            _problems.Add($"{file.Name}: could be read only up to a point ({e.Message}); what came before it was taken");
            return false;
        }
    }
}
