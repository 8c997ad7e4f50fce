namespace AuditWatch.Events.Scanning.Lanes;

/// <summary>Byte by byte, for machines without vectors and for ends too short for one.</summary>
readonly unsafe struct ScalarLanes : ILanes
{
    public static byte* StringStop(byte* begin, byte* at, byte* end)
    {
        while (at < end && *at != '"' && *at != '\\' && *at >= 0x20)
            at++;
        return at;
    }

    public static void Sort(byte* block, out BlockMasks masks)
    {
        masks = default;
        for (var i = 0; i < 64; i++)
        {
            var bit = 1UL << i;
            switch (block[i])
            {
                case (byte)'"':
                    masks.Quotes |= bit;
                    break;
                case (byte)'\\':
                    masks.Backslashes |= bit;
                    break;
                case (byte)'{' or (byte)'}' or (byte)'[' or (byte)']':
                    masks.Brackets |= bit;
                    break;
                case < 0x20:
                    masks.Controls |= bit;
                    break;
            }
        }
    }
}
