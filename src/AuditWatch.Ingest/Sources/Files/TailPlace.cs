using System.Globalization;

namespace AuditWatch.Ingest.Sources.Files;

/// <summary>
/// How far a log is read: which of its files (by identity, beginning and age), how far into it, and how many bytes came before that file. <see cref="Sequence"/>
/// grows over all rotations, like an offset of a topic.
/// </summary>
internal sealed record TailPlace(FileIdentity Identity, FilePrint Print, FileAge Age, long Offset, long Before, bool IsOver = false)
{
    public long Sequence => Before + Offset;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Identity.Device}:{Identity.Inode}/{Print.Length}:{Print.Hash:x32}/{Age.FirstEventMicros}:{Age.ModifiedMicros}/{Before}/{Offset}{(IsOver ? "/over" : "")}");

    /// <summary>Null for what another version wrote: then the log begins anew, and the journal tells the repeats.</summary>
    public static TailPlace? Parse(string text)
    {
        try
        {
            var parts = text.Split('/');
            var (identity, print, age) = (parts[0].Split(':'), parts[1].Split(':'), parts[2].Split(':'));
            return new TailPlace(new FileIdentity(ulong.Parse(identity[0], CultureInfo.InvariantCulture), ulong.Parse(identity[1], CultureInfo.InvariantCulture)),
                new FilePrint(Number(print[0]), UInt128.Parse(print[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture)), new FileAge(Long(age[0]), Long(age[1])), Long(parts[4]), Long(parts[3]), parts.Length > 5);
        }
        catch (Exception e) when (e is FormatException or OverflowException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    static long Long(string text) => long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
