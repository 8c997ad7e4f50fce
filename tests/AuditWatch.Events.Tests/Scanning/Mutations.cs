namespace AuditWatch.Events.Tests.Scanning;

/// <summary>Damages a document in one place.</summary>
static class Mutations
{
    static readonly byte[] Telling = "\"\\{}[]:,0123456789.-+eEtfnu/ \n\0\u001f'"u8.ToArray();

    internal static byte[] Damage(byte[] document, Random random)
    {
        if (document.Length == 0)
            return [AnyByte(random)];
        var at = random.Next(document.Length);
        switch (random.Next(6))
        {
            case 0:
                var replaced = document.ToArray();
                replaced[at] = AnyByte(random);
                return replaced;
            case 1:
                return [.. document.AsSpan(0, at), .. document.AsSpan(at + 1)];
            case 2:
                return [.. document.AsSpan(0, at), AnyByte(random), .. document.AsSpan(at)];
            case 3:
                return document[..at];
            case 4:
                var length = random.Next(1, Math.Min(40, document.Length - at) + 1);
                return [.. document.AsSpan(0, at + length), .. document.AsSpan(at)];
            default:
                var other = random.Next(document.Length);
                var swapped = document.ToArray();
                (swapped[at], swapped[other]) = (swapped[other], swapped[at]);
                return swapped;
        }
    }

    static byte AnyByte(Random random) => random.Next(2) == 0 ? Telling[random.Next(Telling.Length)] : (byte)random.Next(256);
}
