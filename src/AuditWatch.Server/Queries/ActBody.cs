using System.Text.Json;
using System.Text.Json.Serialization;

namespace AuditWatch.Server.Queries;

/// <summary>Bodies of acts as JSON. A member that nobody knows is a fault: a misspelt wish must not silently be another one.</summary>
public static class ActBody
{
    static readonly JsonSerializerOptions Options = new() { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault };

    /// <summary>As JSON.</summary>
    public static ReadOnlyMemory<byte> Write<T>(T body) => JsonSerializer.SerializeToUtf8Bytes(body, Options);

    internal static T Read<T>(ReadOnlyMemory<byte> json) where T : new()
    {
        if (json.IsEmpty) return new T();
        try
        {
            return JsonSerializer.Deserialize<T>(json.Span, Options) ?? new T();
        }
        catch (JsonException fault)
        {
            throw new QueryFault($"The body cannot be understood: {fault.Message}");
        }
    }
}
