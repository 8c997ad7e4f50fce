using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;

namespace AuditWatch.Events.Model;

/// <summary>
/// Gives low-cardinality texts (verbs, resources, users, agents) small integers and one shared string each. Bounded; shared by all threads: reading takes no
/// lock and allocates nothing. A text that finds no room is simply not interned (-1) and counted; no answer ever depends on it.
/// </summary>
/// <param name="capacity">How many texts it holds at most.</param>
public sealed class SymbolTable(int capacity = SymbolTable.DefaultCapacity)
{
    /// <summary>Entries held when nothing else is said.</summary>
    public const int DefaultCapacity = 65_536;

    /// <summary>Longer texts (in UTF-8 bytes) are never interned.</summary>
    public const int LongestText = 256;

    // Whoever can choose texts could choose colliding ones; a probe never looks further than this, so the worst they get is -1.
    const int LongestProbe = 32;

    readonly Lock _growing = new();
    readonly long _seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8));
    readonly int _clientShare = capacity / 2;
    Entry?[] _slots = new Entry?[1024];
    Entry[] _bySymbol = new Entry[256];
    int _count, _clientChosen;
    long _overflow;

    /// <summary>How many texts it holds.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>How often a text found no room.</summary>
    public long Overflow => Interlocked.Read(ref _overflow);

    /// <summary>The symbol of a text, added if new; -1 when it is too long or the table is full.</summary>
    public int Intern(ReadOnlySpan<byte> utf8) => FindOrAdd(utf8, clientChosen: false)?.Symbol ?? -1;

    /// <summary>The symbol of a text, added if new; -1 when it is too long or the table is full.</summary>
    public int Intern(string text) => text.Length > LongestText ? -1 : Intern(Encoding.UTF8.GetBytes(text));

    /// <summary>The symbol of a text that was interned before, else -1.</summary>
    public int Find(ReadOnlySpan<byte> utf8) => utf8.Length > LongestText ? -1 : Probe(Volatile.Read(ref _slots), utf8, Hash(utf8))?.Symbol ?? -1;

    /// <summary>The text of a symbol.</summary>
    public string TextOf(int symbol) => Volatile.Read(ref _bySymbol)[symbol].Text;

    /// <summary>The text of a symbol as UTF-8.</summary>
    public ReadOnlySpan<byte> Utf8Of(int symbol) => Volatile.Read(ref _bySymbol)[symbol].Utf8;

    // Texts that any client may choose freely (agents, names in paths) get half of the room: nobody can push out users, stages, codes and what rules name.
    internal Entry? FindOrAdd(ReadOnlySpan<byte> utf8, bool clientChosen)
    {
        if (utf8.Length > LongestText) return null;
        var hash = Hash(utf8);
        return Probe(Volatile.Read(ref _slots), utf8, hash) ?? Add(utf8, hash, clientChosen);
    }

    ulong Hash(ReadOnlySpan<byte> utf8) => XxHash3.HashToUInt64(utf8, _seed);

    static Entry? Probe(Entry?[] slots, ReadOnlySpan<byte> utf8, ulong hash)
    {
        var mask = slots.Length - 1;
        for (int i = (int)hash & mask, tries = 0; tries < LongestProbe; i = (i + 1) & mask, tries++)
        {
            var entry = Volatile.Read(ref slots[i]);
            if (entry is null) return null;
            if (entry.Hash == hash && utf8.SequenceEqual(entry.Utf8)) return entry;
        }

        return null;
    }

    Entry? Add(ReadOnlySpan<byte> utf8, ulong hash, bool clientChosen)
    {
        if (Volatile.Read(ref _count) >= capacity || (clientChosen && Volatile.Read(ref _clientChosen) >= _clientShare)) return Full();
        lock (_growing)
        {
            if (Probe(_slots, utf8, hash) is { } known) return known;
            if (_count >= capacity || (clientChosen && _clientChosen >= _clientShare)) return Full();
            if (_count * 4 >= _slots.Length) Grow();

            // Readers come through the slots, so the table by number must know an entry before the slots show it.
            var entry = new Entry(utf8.ToArray(), Encoding.UTF8.GetString(utf8), _count, hash);
            if (_count == _bySymbol.Length)
            {
                var wider = new Entry[_bySymbol.Length * 2];
                _bySymbol.CopyTo(wider, 0);
                Volatile.Write(ref _bySymbol, wider);
            }

            _bySymbol[_count] = entry;
            while (!TryPlace(_slots, entry))
            {
                if (_slots.Length >= capacity * 16L) return Full();
                Grow();
            }

            if (clientChosen) _clientChosen++;
            Volatile.Write(ref _count, _count + 1);
            return entry;
        }
    }

    Entry? Full()
    {
        Interlocked.Increment(ref _overflow);
        return null;
    }

    // No entry may get lost on the way: its text would come back under a second symbol.
    void Grow()
    {
        for (var length = _slots.Length * 2; ; length *= 2)
        {
            var wider = new Entry?[length];
            var placed = true;
            foreach (var entry in _slots)
                if (entry is not null) placed &= TryPlace(wider, entry);
            if (!placed) continue;
            Volatile.Write(ref _slots, wider);
            return;
        }
    }

    static bool TryPlace(Entry?[] slots, Entry entry)
    {
        var mask = slots.Length - 1;
        for (int i = (int)entry.Hash & mask, tries = 0; tries < LongestProbe; i = (i + 1) & mask, tries++)
        {
            if (slots[i] is not null) continue;
            Volatile.Write(ref slots[i], entry);
            return true;
        }

        return false;
    }

    internal sealed record Entry(byte[] Utf8, string Text, int Symbol, ulong Hash);
}
