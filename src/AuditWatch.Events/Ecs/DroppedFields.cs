using System.Text;

namespace AuditWatch.Events.Ecs;

/// <summary>Names of the parts of one event that were left out of its document because the mapping cannot take them; each once, at most <see cref="Most"/> of them.</summary>
internal sealed class DroppedFields
{
    const int Most = 64;
    const int LongestName = 512;
    readonly List<string> _names = [];
    readonly byte[] _path = new byte[LongestName];
    int _length;

    /// <summary>Where we are; <see cref="Out"/> comes back to it.</summary>
    public int Length => _length;

    public IReadOnlyList<string> Names => _names;

    public void Clear()
    {
        _names.Clear();
        _length = 0;
    }

    /// <summary>Goes into a field; the answer takes one back out.</summary>
    public int Into(ReadOnlySpan<byte> name)
    {
        var before = _length;
        if (_length > 0 && _length < LongestName) _path[_length++] = (byte)'.';
        var taken = Math.Min(name.Length, LongestName - _length);
        name[..taken].CopyTo(_path.AsSpan(_length));
        _length += taken;
        return before;
    }

    public void Out(int before) => _length = before;

    /// <summary>The field we are in was left out.</summary>
    public void Here() => Add(Encoding.UTF8.GetString(_path, 0, _length));

    /// <summary>A field was left out.</summary>
    public void Add(string name)
    {
        if (_names.Count < Most && !_names.Contains(name)) _names.Add(name);
    }
}
