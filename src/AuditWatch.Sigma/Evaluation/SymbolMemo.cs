namespace AuditWatch.Sigma.Evaluation;

/// <summary>
/// What a matcher answered per symbol: two bits each. Threads may race: an entry is only ever set to its one right value, and a lost one is computed again.
/// </summary>
internal sealed class SymbolMemo
{
    public const int MaxSymbols = 1 << 16;

    byte[] _answers = [];

    /// <summary>0: not known; 1: no; 2: yes; 3: ask each time.</summary>
    public int this[int symbol]
    {
        get
        {
            var answers = _answers;
            var at = symbol >> 2;
            return (uint)at < (uint)answers.Length ? answers[at] >> ((symbol & 3) * 2) & 3 : 0;
        }
    }

    public void Set(int symbol, int answer)
    {
        if ((uint)symbol >= MaxSymbols) return;
        var answers = _answers;
        var at = symbol >> 2;
        if (at >= answers.Length)
        {
            Array.Resize(ref answers, Math.Min(MaxSymbols / 4, Math.Max(64, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)at + 1))));
            _answers = answers;
        }
        answers[at] |= (byte)(answer << ((symbol & 3) * 2));
    }
}
